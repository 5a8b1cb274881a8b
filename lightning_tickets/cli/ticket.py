"""ticket: what a mask's file keeps, and the same mask as a file of the released code's kind."""

import argparse
from pathlib import Path

from lightning_tickets.errors import UserError

HELP = "show FILE: what a mask keeps, by matrix; export FILE OUT: as the released code's files"
EXAMPLES = ("ticket show FILE", "ticket export FILE OUT")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("show", "export"), help="print the mask's counts, or write another file")
    parser.add_argument("file", type=Path, metavar="FILE", help="a ticket (.safetensors) or a released mask file")
    parser.add_argument("out", type=Path, nargs="?", metavar="OUT", help="with export: the new file")


def run(arguments: argparse.Namespace) -> int:
    out = arguments.out
    if arguments.action == "show":
        if out is not None:
            raise UserError(f"ticket show: expected one file, got {out} too")
        return _show(arguments.file)
    if out is None:
        raise UserError("ticket export: OUT is missing; expected a new file in a folder that exists")
    if out.exists() or not out.parent.is_dir():
        raise UserError(f"ticket export: {out}: expected a new file in a folder that exists")
    from lightning_tickets.tickets.released import read_mask, save_released

    save_released(out, read_mask(arguments.file))
    print(out)
    return 0


def _show(path: Path) -> int:
    from lightning_tickets.pruning.mask import kept, size
    from lightning_tickets.tickets.released import read_mask

    mask = read_mask(path)
    for name, m in mask.items():
        print(f"{name:60s} {int(m.sum()):>10,} of {m.numel():>10,}  {100 * (~m).float().mean():5.1f} % zero")
    zero = 100 - 100 * kept(mask) / size(mask)
    print(f"{kept(mask):,} of {size(mask):,} weights are kept, {zero:.2f} % are zero")
    return 0
