"""The tables that accompany an exhibit: its statistical tests, and its numbers compared with the paper's."""

from __future__ import annotations

from collections.abc import Iterator

from lightning_tickets.report import verdicts, versus_paper
from lightning_tickets.report.build_table import build_table
from lightning_tickets.report.table import Table
from lightning_tickets.report.verdicts import Judgements
from lightning_tickets.studies.measurement import Exhibit, Reportable


def side_tables(exhibit: Reportable, judgements: Judgements) -> Iterator[tuple[str, Table]]:
    """Each with its heading on the page; none for what is not an exhibit, or has nothing to compare with."""
    if isinstance(exhibit, Exhibit):
        if any(measurement.published for measurement in exhibit.measurements):
            yield "Compared with the paper", build_table(versus_paper.sheet(exhibit))
        if judgements.get(exhibit.name):
            yield "Better, worse, the same?", build_table(verdicts.sheet(exhibit, judgements[exhibit.name]))
