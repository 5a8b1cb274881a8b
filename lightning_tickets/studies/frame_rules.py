"""The rules by which cells of the paper's heat maps are dark; ours are framed."""

from dataclasses import dataclass
from typing import Literal

from lightning_tickets.studies.measurement import Measurement


@dataclass(frozen=True)
class FrameRule:
    """``verdict`` is the field of Matching that decides, compared with the baseline or the column's own ticket.

    ``reading`` says it of a cell, with ``{baseline}`` for the name of the row that it is compared with.
    """

    reading: str
    verdict: Literal["within_full", "strict"]
    against_own_ticket: bool = False

    def holds(self, cell: Measurement, baseline: Measurement | None, own: Measurement | None) -> bool | None:
        """``own`` is the ticket of the column's task; None if it cannot be told."""
        reference = own if self.against_own_ticket else baseline
        verdicts = cell.matching(reference) if reference else None
        return getattr(verdicts, self.verdict, None)


DEVIATION = "within_deviation"
FRAME_RULES = {
    DEVIATION: FrameRule("at most one standard deviation of {baseline} below its mean", "within_full"),
    "not_below_baseline": FrameRule("not below {baseline}", "strict"),
    "not_below_own_ticket": FrameRule("not below the ticket found on the column's own task", "strict", True),
}
