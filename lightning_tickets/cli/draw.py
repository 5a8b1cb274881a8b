"""The tables and figures of a study, written and printed. No torch here."""

import gc
import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from lightning_tickets.cli.parser import warn
from lightning_tickets.cli.provenance import provenance
from lightning_tickets.composition import settings
from lightning_tickets.composition.asked import options
from lightning_tickets.composition.sweep import Sweep
from lightning_tickets.report import markdown
from lightning_tickets.report.build_table import build_table
from lightning_tickets.report.bundle import write_bundle
from lightning_tickets.report.document import About
from lightning_tickets.report.kept import kept_comparisons
from lightning_tickets.report.write import write_overall, write_report
from lightning_tickets.studies.claims import with_claims
from lightning_tickets.studies.comparison import Comparison, compare_with_baseline
from lightning_tickets.studies.measurement import Exhibit
from lightning_tickets.studies.statistics.bootstrap import ExampleBootstrap
from lightning_tickets.tickets.reader import Reader


def draw(sweep: Sweep, notes: Sequence[str] = (), bundle: bool = False) -> int:
    """Write the files and the page of an experiment, and the page of all experiments; ``notes`` head the page."""
    gc.freeze()  # what has been composed stays until the command ends
    shown = with_claims(sweep.fill_exhibits(), sweep.uninformative_tasks, sweep.typed)
    exhibits = [one for one in shown if isinstance(one, Exhibit)]
    folder, cache = sweep.root / "reports" / sweep.label, settings.cache(sweep.whole) / "reports" / sweep.label
    compared = compare(exhibits, sweep.reader, cache)
    names = sorted({name for exhibit in exhibits for name in exhibit.runs})
    links = {name: os.path.relpath(sweep.store.path(name), folder) for name in names}
    notes = [*notes, *(f"Left out, since it is damaged: {name}" for name in sweep.reader.unreadable)]
    about = About(sweep.of_paper, options(sweep.whole), sweep.overrides, provenance(sweep.store, names))
    page = write_report(folder, sweep.title, shown, links, notes, compared, sweep.scale, about, cache)
    pages = [write_overall(folder.parent), page, *([write_bundle(folder)] if bundle else [])]
    sweep.reader.store.keep()
    warn(sweep.reader.unreadable.values())
    for one in shown:
        print(f"\n{markdown.write(replace(build_table(one), commands=()))}")  # the notes have one command for all
    print("\n".join([*notes, *(str(path.resolve()) for path in pages)]))
    return 1 if sweep.reader.unreadable else 0


def compare(exhibits: Sequence[Exhibit], reader: Reader, cache: Path) -> dict[str, tuple[Comparison, ...]]:
    """The comparisons of each exhibit by its name; made again where its runs or their examples have changed."""
    examples = ExampleBootstrap(reader.columns)

    def of(exhibit: Exhibit) -> tuple[Comparison, ...]:
        source = f"{exhibit!r} {[reader.examples_checksum(name) for name in exhibit.runs]}"
        again = partial(compare_with_baseline, exhibit, examples)
        all_read = partial(reader.unreadable.keys().isdisjoint, exhibit.runs)  # the others may be there next time
        return kept_comparisons(cache / f"{exhibit.name}.tests.json", source, again, all_read)

    return {exhibit.name: of(exhibit) for exhibit in exhibits}
