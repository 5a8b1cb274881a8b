"""report: the tables and figures of a study from what is in the store. No torch here."""

from __future__ import annotations

import argparse
import shlex

from lightning_tickets.cli.parser import add_overrides, overrides_of
from lightning_tickets.errors import UserError

AGAINST = "against="

EXAMPLES = (
    "report experiment=table2",
    "report experiment=paper --bundle",
    "report experiment=table2 against=OTHER_ROOT",
    "report experiment=table2 against=0.8.0",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_overrides(parser)
    parser.add_argument("--bundle", action="store_true", help="also write one zip file in which all links hold")


def run(arguments: argparse.Namespace) -> int:
    """What is not in the store is marked, with the one command that makes it."""
    from lightning_tickets.cli.against import compare
    from lightning_tickets.cli.draw import draw
    from lightning_tickets.composition.parse_sweep import parse_sweep
    from lightning_tickets.composition.sweep import PROGRAM
    from lightning_tickets.execution.machine import make_root

    given = overrides_of(arguments)
    overrides = [line for line in given if not line.startswith(AGAINST)]
    others = [line.removeprefix(AGAINST) for line in given if line.startswith(AGAINST)]
    if len(others) > 1 or (others and arguments.bundle):
        raise UserError("report: against=… stands alone: expected it once, and without --bundle")
    sweep = parse_sweep(overrides)
    if not sweep.exhibits:
        raise UserError("report: give experiment=…; a plain sweep draws nothing")
    if others:
        return compare(sweep, overrides, others[0])
    make_root(sweep.root)
    command = f"{PROGRAM} -m {shlex.join(sweep.typed)}"
    notes = [f"Missing runs are made by: {command}"] if sweep.plan.missing(sweep.store) else []
    return draw(sweep, notes, arguments.bundle)
