"""ticket: look at tickets, compare them, write them in other forms, share them."""

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lightning_tickets.checks import is_path
from lightning_tickets.cli.parser import check_options
from lightning_tickets.errors import UserError, printable

EXAMPLES = (
    "ticket show TICKET --picture sparsity.png",
    "ticket overlap TICKET OTHER",
    "ticket diff TICKET OTHER",
    "ticket export TICKET mask.pt",
    "ticket export TICKET DIR form=transformers model=bert_base license=apache-2.0",
    "ticket import SOURCE FILE.safetensors",
    "ticket push DIR OWNER/NAME private=false",
)
OWN = {"form": "released", "license": None, "private": "true"}
FOLDERS = ("transformers", "two_four", "heads")
Options = dict[str, str | None]
TAKES: dict[str, tuple[tuple[str, ...], str]] = {  # by action, or form of an export: keys, and the answer to others
    "show": (("paths",), "expected TICKET only"),
    "import": (("paths",), "expected SOURCE FILE only"),
    **dict.fromkeys(("overlap", "diff"), (("paths",), "expected TICKET OTHER only")),
    "push": (("private",), "expected DIR OWNER/NAME and private= only"),
    "released": (("form", "paths"), "form=released holds the mask only"),
    **dict.fromkeys(FOLDERS, (("form", "license", "model", "scale", "paths"), "expected form, license or model")),
}


def epilog() -> str:
    return """

TICKET and OTHER are a file, a folder with ticket.safetensors, a round or a run
of the store (its folder or its name), or a repository of the hub.

actions:
  show TICKET           where it comes from, what it keeps by layer and matrix
  overlap TICKET OTHER  intersection over union of what both keep and prune
  diff TICKET OTHER     what differs in provenance and sparsity
  export TICKET OUT     form=released (if none is given): a mask file of the
                        released code. Folders with a model card:
                        form=transformers: loaded by from_pretrained
                        form=two_four: packed 2:4 matrices
                        form=heads: without attention heads that are gone
  import SOURCE FILE    a ticket's file from a mask file, a state pruned by
                        torch.nn.utils.prune, or any TICKET
  push DIR OWNER/NAME   an exported folder to the Hugging Face hub, as a
                        private repository unless private=false
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.usage = "%(prog)s ACTION TICKET … [key=value …] [--picture FILE]"
    parser.add_argument("action", choices=sorted(ACTIONS), help="what to do")
    parser.add_argument("words", nargs="*", metavar="TICKET", help="tickets and files, then key=value: form, model, …")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="with show: a PNG of the sparsity by layer")


def run(arguments: argparse.Namespace) -> int:
    action, names = arguments.action, ACTIONS[arguments.action][1]
    places = [word for word in arguments.words if not _is_override(word)]
    if len(places) != len(names):
        missing = f"{names[len(places)]} is missing" if len(places) < len(names) else f"got {places[len(names)]} too"
        raise UserError(f"ticket {action}: {missing}; expected {' '.join(names)}")
    check_options("ticket", arguments, {"picture": "show"})
    overrides = [word for word in arguments.words if _is_override(word)]
    options: Options = OWN | dict(word.split("=", 1) for word in overrides if word.split("=")[0] in OWN)
    others = [word for word in overrides if word.split("=")[0] not in OWN]
    taken, otherwise = TAKES[action if action != "export" else _form(options)]
    if wrong := [word for word in overrides if re.split(r"[.=]", word.lstrip("+~"))[0] not in taken]:
        raise UserError(f"ticket {action}: {wrong[0]}: {otherwise}")
    for line in ACTIONS[action][0](places, options, others, arguments.picture):
        print(printable(line))
    return 0


def _form(options: Options) -> str:
    form = str(options["form"])
    if form not in ("released", *FOLDERS):
        raise UserError(f"ticket export: form={form}: expected one of released, {', '.join(FOLDERS)}")
    return form


def _is_override(word: str) -> bool:
    return "=" in word and word.partition("=")[0].lstrip("+~").replace(".", "").replace("_", "").isalnum()


def _file(place: str, overrides: Sequence[str]) -> Path:
    """The ticket's file; a name as ``store list`` prints it is one of the store's."""
    from lightning_tickets.tickets.place import ticket_file

    return ticket_file(place, lambda: _root(overrides))


def _root(overrides: Sequence[str]) -> Path:
    from lightning_tickets.composition.compose import compose_config
    from lightning_tickets.composition.settings import root

    return root(compose_config([line for line in overrides if line.startswith("paths.")]))


def _show(places: Sequence[str], options: Options, overrides: Sequence[str], file: Path | None) -> list[str]:
    from lightning_tickets.sharing.view import lines, picture
    from lightning_tickets.tickets.place import moved_of, read_ticket

    path = _file(places[0], overrides)
    mask, provenance = read_ticket(path)
    if file is not None:
        _check_new(file, "show: --picture")
        file.write_bytes(picture(mask))
    return list(lines(mask, provenance, moved_of(path)))


def _overlap(places: Sequence[str], options: Options, overrides: Sequence[str], picture: None) -> list[str]:
    from lightning_tickets.sharing.compare import overlap_lines

    return overlap_lines(*_two(places, overrides))


def _diff(places: Sequence[str], options: Options, overrides: Sequence[str], picture: None) -> list[str]:
    from lightning_tickets.sharing.compare import diff_lines

    return diff_lines(*_two(places, overrides))


def _two(places: Sequence[str], overrides: Sequence[str]) -> list[Any]:
    from lightning_tickets.tickets.place import read_ticket

    return [read_ticket(_file(place, overrides)) for place in places]


def _export(places: Sequence[str], options: Options, overrides: Sequence[str], picture: None) -> list[str]:
    place, out = places[0], Path(places[1])
    return _folder(place, out, options, overrides) if _form(options) in FOLDERS else _released(place, out, overrides)


def _released(place: str, out: Path, overrides: Sequence[str]) -> list[str]:
    from lightning_tickets.tickets.place import read_ticket
    from lightning_tickets.tickets.released import save_released

    _check_new(out, "export")
    save_released(out, read_ticket(_file(place, overrides))[0])
    return [str(out)]


def _folder(place: str, out: Path, options: Options, overrides: Sequence[str]) -> list[str]:
    from lightning_tickets.composition.ticket_network import ticket_network
    from lightning_tickets.runs.store import Store
    from lightning_tickets.sharing.export import check_free, export
    from lightning_tickets.tickets.place import read_ticket, store_of

    check_free(out)
    file = _file(place, overrides)
    store = store_of(file) or Store(_root(overrides) / "runs")
    folder = ticket_network(read_ticket(file)[1], overrides)
    export(_form(options), file, folder, store, out, options["license"])
    return [f"{path}  {path.stat().st_size:,} bytes" for path in sorted(out.iterdir())]


def _import(places: Sequence[str], options: Options, overrides: Sequence[str], picture: None) -> list[str]:
    from lightning_tickets.sharing.imported import import_ticket

    out = Path(places[1])
    if out.suffix != ".safetensors":
        raise UserError(f"ticket import: {out}: expected a name that ends in .safetensors")
    _check_new(out, "import")
    import_ticket(_file(places[0], overrides), out)
    return [f"{out}: `lightning-tickets run subnetwork=given ticket.file={out}` trains from it"]


def _push(places: Sequence[str], options: Options, overrides: Sequence[str], picture: None) -> list[str]:
    from lightning_tickets.sharing.push import push

    if options["private"] not in ("true", "false"):
        raise UserError(f"ticket push: private={options['private']}: expected private=true or private=false")
    return [push(Path(places[0]), places[1], options["private"] == "true")]


def _check_new(out: Path, where: str) -> None:
    if not is_path(str(out)) or out.exists() or not out.absolute().parent.is_dir():
        raise UserError(f"ticket {where}: {out}: expected a new file in a folder that exists")


ACTIONS: dict[str, tuple[Callable[..., list[str]], tuple[str, ...]]] = {
    "show": (_show, ("TICKET",)),
    "overlap": (_overlap, ("TICKET", "OTHER")),
    "diff": (_diff, ("TICKET", "OTHER")),
    "export": (_export, ("TICKET", "OUT")),
    "import": (_import, ("SOURCE", "FILE")),
    "push": (_push, ("DIR", "OWNER/NAME")),
}
