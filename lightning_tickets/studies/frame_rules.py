"""The rules by which cells of the paper's heat maps are dark; ours are framed."""

from collections.abc import Callable
from dataclasses import dataclass

from lightning_tickets.studies.measurement import Measurement


@dataclass(frozen=True)
class FrameRule:
    """``holds`` takes a cell, the baseline and the ticket of the column's own task; None: it cannot be told.

    ``reading`` says it of a cell, with ``{baseline}`` for the name of the row that it is compared with.
    """

    reading: str
    holds: Callable[[Measurement, Measurement | None, Measurement | None], bool | None]


def _within_deviation(cell: Measurement, baseline: Measurement | None, own: Measurement | None) -> bool | None:
    verdicts = cell.matching(baseline) if baseline else None
    return verdicts.within_full if verdicts else None


def _not_below_baseline(cell: Measurement, baseline: Measurement | None, own: Measurement | None) -> bool | None:
    verdicts = cell.matching(baseline) if baseline else None
    return verdicts.strict if verdicts else None


def _not_below_own_ticket(cell: Measurement, baseline: Measurement | None, own: Measurement | None) -> bool | None:
    return _not_below_baseline(cell, own, None)


DEVIATION = "within_deviation"
RULES = {
    DEVIATION: FrameRule("at most one standard deviation of {baseline} below its mean", _within_deviation),
    "not_below_baseline": FrameRule("not below {baseline}", _not_below_baseline),
    "not_below_own_ticket": FrameRule("not below the ticket found on the column's own task", _not_below_own_ticket),
}
