"""report against=…: the tables of a study next to those of another store, or of another version in this one."""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from lightning_tickets.checks import folder
from lightning_tickets.cli.parser import warn
from lightning_tickets.composition.asked import options
from lightning_tickets.composition.overrides import quoted
from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.composition.sweep import Sweep
from lightning_tickets.errors import UserError
from lightning_tickets.execution.machine import make_root
from lightning_tickets.studies.claims import with_claims
from lightning_tickets.tickets.earlier import EarlierReader, check_version


def compare(sweep: Sweep, overrides: Sequence[str], other: str) -> int:
    """Print and write what differs; the page and its tables lie next to the study's own report.

    Returns the exit status: 1 for damaged runs, or where no cell of what needs runs has a value on both sides.
    """
    from lightning_tickets.report.against import beside, write_comparison
    from lightning_tickets.report.document import About
    from lightning_tickets.report.write import write_overall

    there = _other(sweep, overrides, other)
    make_root(sweep.root)
    here = with_claims(sweep.fill_exhibits(), sweep.uninformative_tasks, sweep.typed)
    others = with_claims(there.fill_exhibits(), there.uninformative_tasks, sweep.typed)
    compared = [beside(ours, theirs, other) for ours, theirs in zip(here, others, strict=True)]
    name = re.sub(r"[^\w.-]+", "-", other).strip("-.")
    folder = sweep.root / "reports" / f"{sweep.label}-against-{name}"
    about = About(sweep.of_paper, options(sweep.whole), sweep.overrides, against=other)
    page = write_comparison(folder, f"{sweep.title}, against {other}", compared, sweep.scale, about)
    write_overall(folder.parent)
    damaged = [*sweep.reader.unreadable.values(), *there.reader.unreadable.values()]
    warn(damaged)
    print("\n".join([*(one.summary for one in compared), str(page.resolve())]))
    needing = [one for one in compared if one.needs_runs] or compared
    return 1 if damaged or not any(one.compared for one in needing) else 0


def _other(sweep: Sweep, overrides: Sequence[str], other: str) -> Sweep:
    """The same sweep over another root, or over the runs that another version has made in this one."""
    root = Path(folder("against", other)).expanduser()
    if not root.is_dir():
        check_version(sweep.store, other)
        return parse_sweep(overrides, reading=partial(EarlierReader, version=other))
    if not (root / "runs").is_dir():
        raise UserError(f"against={other}: expected a folder of results, which has a folder runs")
    own = [line for line in overrides if not line.startswith("paths.root=")]
    return parse_sweep([*own, f"paths.root={quoted(root.resolve())}"], reading=EarlierReader)
