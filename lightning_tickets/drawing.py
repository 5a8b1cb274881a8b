"""What report and claims do: the runs that are in the store as tables, figures and verdicts. No torch here."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial

from lightning_tickets.composition.sweep import sweep_of
from lightning_tickets.composition.swept import PROGRAM, Sweep
from lightning_tickets.errors import UserError
from lightning_tickets.studies.finding import Exhibit, Shown
from lightning_tickets.tickets.result import columns_of

PAPER = "experiment=paper"
CLAIMED = {"table2", "table3", "figure2"}  # where these are drawn together, the claims stand beside them


def report(arguments: list[str]) -> int:
    """Tables and figures of a study from what is in the store; what is not there is marked."""
    sweep = sweep_of(arguments)
    if not sweep.exhibits:
        raise UserError("report: give experiment=…; a plain sweep draws nothing")
    make = f"What is missing is made by: {PROGRAM} -m {shlex.join(arguments)}"
    return draw(sweep, [make] if sweep.plan.missing(sweep.store) else [])


def draw(sweep: Sweep, notes: Sequence[str] = ()) -> int:
    """The files and the page of an experiment, and the page of all experiments beside it.

    ``notes`` stand at the head of the page, and are told.
    """
    from lightning_tickets.report.forms.tables import markdown
    from lightning_tickets.report.pages.overall import write_overall
    from lightning_tickets.report.pages.write import write_report
    from lightning_tickets.studies.judgement import judged
    from lightning_tickets.studies.resampling import Examples

    shown = _with_claims(sweep)
    scored = [one for one in shown if isinstance(one, Exhibit)]
    folder = sweep.root / "reports" / sweep.label
    names = {name for exhibit in scored for finding in exhibit.findings for name in finding.runs}
    links = {name: os.path.relpath(sweep.store.path(name), folder) for name in sorted(names)}
    examples = Examples(partial(columns_of, sweep.store))
    judgements = {exhibit.name: judged(exhibit, examples) for exhibit in scored}
    page = write_report(folder, sweep.title, shown, links, notes, judgements, sweep.scale)
    overall = write_overall(folder.parent)
    for one in shown:
        print(f"\n{markdown(one)}")
    print("\n".join([*notes, f"{overall.resolve()}", f"{page.resolve()}"]))
    return 0


def _with_claims(sweep: Sweep) -> list[Shown]:
    from lightning_tickets.studies.claims import claims_sheet

    shown = sweep.drawn()
    claimed = {one.name for one in shown} >= CLAIMED
    return [*shown, claims_sheet(shown, sweep.silent)] if claimed else shown


def claims(arguments: list[str]) -> int:
    """The paper's claims, each held against what is in the store, with what every cell says."""
    from lightning_tickets.studies.claims import RULE
    from lightning_tickets.studies.claims import claims as held

    given = [a for a in arguments if a != "--json"]
    chosen = [] if any(a.startswith("experiment=") for a in given) else [PAPER]
    sweep = sweep_of([*chosen, *given])
    found = held(sweep.drawn(), sweep.silent)
    if "--json" in arguments:
        print(json.dumps([asdict(claim) for claim in found], indent=1, ensure_ascii=False))
        return 0
    for number, claim in enumerate(found, start=1):
        print(f"{number}. {claim.text}: {claim.verdict.upper()}")
        print("   cells for it {}, against it {}, neither {}".format(*claim.cells))
        for told in claim.numbers:
            print(f"     {told}")
    print(RULE)
    return 0
