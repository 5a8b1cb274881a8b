"""report: the tables and figures of a study from what is in the store. No torch here."""

import argparse
import os
import shlex
from collections.abc import Sequence

from lightning_tickets.cli.parser import add_overrides, overrides_of, warn
from lightning_tickets.cli.provenance import provenance
from lightning_tickets.composition.asked import options
from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.composition.sweep import PROGRAM, Sweep
from lightning_tickets.errors import UserError
from lightning_tickets.studies.measurement import Exhibit, Reportable

HELP = "draw the tables and figures of a study from the runs that are in the store"
EXAMPLES = ("report experiment=table2", "report experiment=paper")
add_arguments = add_overrides
WITH_CLAIMS = {"table2", "table3", "figure2"}  # where these are drawn together, so are the claims


def run(arguments: argparse.Namespace) -> int:
    """What is not in the store is marked, with the one command that makes it."""
    overrides = overrides_of(arguments)
    sweep = parse_sweep(overrides)
    if not sweep.exhibits:
        raise UserError("report: give experiment=…; a plain sweep draws nothing")
    command = f"{PROGRAM} -m {shlex.join(overrides)}"
    return draw(sweep, [f"Missing runs are made by: {command}"] if sweep.plan.missing(sweep.store) else [])


def draw(sweep: Sweep, notes: Sequence[str] = ()) -> int:
    """Write the files and the page of an experiment, and the page of all experiments; ``notes`` head the page."""
    from lightning_tickets.report import markdown
    from lightning_tickets.report.build_table import build_table
    from lightning_tickets.report.document import About
    from lightning_tickets.report.write import write_overall, write_report
    from lightning_tickets.studies.comparison import compare_with_baseline
    from lightning_tickets.studies.statistics.bootstrap import ExampleBootstrap

    shown = _with_claims(sweep)
    exhibits = [one for one in shown if isinstance(one, Exhibit)]
    folder = sweep.root / "reports" / sweep.label
    names = {name for exhibit in exhibits for measurement in exhibit.measurements for name in measurement.runs}
    links = {name: os.path.relpath(sweep.store.path(name), folder) for name in sorted(names)}
    examples = ExampleBootstrap(sweep.reader.columns)
    judgements = {exhibit.name: compare_with_baseline(exhibit, examples) for exhibit in exhibits}
    notes = [*notes, *(f"Left out, since it is damaged: {name}" for name in sweep.reader.unreadable)]
    facts = provenance(sweep.store, sorted(names))
    about = About(sweep.of_paper, options(sweep.whole), sweep.overrides, facts)
    page = write_report(folder, sweep.title, shown, links, notes, judgements, sweep.scale, about)
    overall = write_overall(folder.parent)
    warn(sweep.reader.unreadable.values())
    for one in shown:
        print(f"\n{markdown.write(build_table(one))}")
    print("\n".join([*notes, f"{overall.resolve()}", f"{page.resolve()}"]))
    return 1 if sweep.reader.unreadable else 0


def _with_claims(sweep: Sweep) -> list[Reportable]:
    from lightning_tickets.studies.claims import claims_table

    shown = sweep.fill_exhibits()
    complete = {one.name for one in shown} >= WITH_CLAIMS
    return [*shown, claims_table(shown, sweep.uninformative_tasks)] if complete else shown
