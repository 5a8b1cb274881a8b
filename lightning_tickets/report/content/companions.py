"""The sheets that belong to an exhibit: its judgement, and its numbers beside those in print."""

from __future__ import annotations

from collections.abc import Iterator

from lightning_tickets.report.content import beside, judgements
from lightning_tickets.report.content.judgements import Judgements
from lightning_tickets.studies.measurement import Exhibit, Reportable, TextTable

SUFFIXES = ("csv", "md")


def companions(shown: Reportable, judged: Judgements) -> Iterator[tuple[str, TextTable]]:
    """Each with what it is headed by on the page, where there is something to say."""
    if isinstance(shown, Exhibit):
        if any(measurement.published for measurement in shown.measurements):
            yield "Beside the print", beside.sheet(shown)
        if judged.get(shown.name):
            yield "Better, worse, the same?", judgements.sheet(shown, judged[shown.name])
