"""report: the tables and figures of a study from what is in the store. No torch here."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lightning_tickets.cli.parser import add_overrides, overrides_of, warn
from lightning_tickets.errors import UserError

if TYPE_CHECKING:
    from lightning_tickets.composition.sweep import Sweep

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
    command = f"{PROGRAM} -m {shlex.join(overrides)}"
    notes = [f"Missing runs are made by: {command}"] if sweep.plan.missing(sweep.store) else []
    return draw(sweep, notes, arguments.bundle)


def draw(sweep: Sweep, notes: Sequence[str] = (), bundle: bool = False) -> int:
    """Write the files and the page of an experiment, and the page of all experiments; ``notes`` head the page."""
    from lightning_tickets.cli.provenance import provenance
    from lightning_tickets.composition import settings
    from lightning_tickets.composition.asked import options
    from lightning_tickets.report import markdown
    from lightning_tickets.report.build_table import build_table
    from lightning_tickets.report.bundle import write_bundle
    from lightning_tickets.report.document import About
    from lightning_tickets.report.write import write_overall, write_report
    from lightning_tickets.studies.claims import with_claims
    from lightning_tickets.studies.comparison import compare_with_baseline
    from lightning_tickets.studies.measurement import Exhibit
    from lightning_tickets.studies.statistics.bootstrap import ExampleBootstrap

    shown = with_claims(sweep.fill_exhibits(), sweep.uninformative_tasks)
    exhibits = [one for one in shown if isinstance(one, Exhibit)]
    folder = sweep.root / "reports" / sweep.label
    names = {name for exhibit in exhibits for measurement in exhibit.measurements for name in measurement.runs}
    links = {name: os.path.relpath(sweep.store.path(name), folder) for name in sorted(names)}
    examples = ExampleBootstrap(sweep.reader.columns)
    judgements = {exhibit.name: compare_with_baseline(exhibit, examples) for exhibit in exhibits}
    notes = [*notes, *(f"Left out, since it is damaged: {name}" for name in sweep.reader.unreadable)]
    facts = provenance(sweep.store, sorted(names))
    about = About(sweep.of_paper, options(sweep.whole), sweep.overrides, facts)
    kept = settings.cache(sweep.whole) / "figures" / sweep.label
    page = write_report(folder, sweep.title, shown, links, notes, judgements, sweep.scale, about, kept)
    pages = [write_overall(folder.parent), page, *([write_bundle(folder)] if bundle else [])]
    warn(sweep.reader.unreadable.values())
    for one in shown:
        print(f"\n{markdown.write(replace(build_table(one), commands=()))}")  # the notes have one command for all
    print("\n".join([*notes, *(str(path.resolve()) for path in pages)]))
    return 1 if sweep.reader.unreadable else 0
