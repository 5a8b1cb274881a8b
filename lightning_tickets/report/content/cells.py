"""What is printed of one finding: its numbers in points, and the marks that it has earned."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from lightning_tickets.report.content.names import FULL
from lightning_tickets.studies.finding import Finding

STRICT, WITHIN_FULL, WITHIN_OWN, UNDEFINED, MISSING = "‡", "†", "§", "¶", "—"


@dataclass(frozen=True)
class Cell:
    """``n`` is empty where the cell has the usual number of runs of its table, and none of them is missing."""

    finding: Finding | None = None
    mean: str = ""
    std: str = ""
    n: str = ""
    marks: str = ""
    best: bool = False


def points(fraction: float, decimals: int = 1) -> str:
    """A fraction in points (0 to 100), without the sign of a negative zero."""
    text = f"{100 * fraction:.{decimals}f}"
    return text if float(text) else text.lstrip("-")


def signed(fraction: float, decimals: int = 1) -> str:
    """A difference in points with a plus or a true minus; zero has neither."""
    text = points(fraction, decimals)
    return f"+{text}" if float(text) > 0 else text.replace("-", "−")


def percent(sparsity: float) -> str:
    return f"{round(100 * sparsity, 2):g} %"


def fill(finding: Finding | None, full: Finding | None, best: float | None, usual: int) -> Cell:
    """No finding leaves an empty cell, a finding without scores a dash."""
    if finding is None:
        return Cell()
    summary = finding.summary
    if summary is None:
        return Cell(finding, MISSING, marks=UNDEFINED if finding.undefined else "")
    return Cell(
        finding,
        points(summary.mean) if isfinite(summary.mean) else "undefined",
        "" if summary.std is None or not isfinite(summary.std) else points(summary.std),
        runs(summary.n, len(finding.missing), usual),
        verdict(finding, full) + (UNDEFINED if finding.undefined else ""),
        finding.row != FULL and best is not None and abs(summary.mean - best) < 1e-9,
    )


def runs(n: int, missing: int, usual: int) -> str:
    if missing:
        return f"n={n} of {n + missing}"
    return f"n={n}" if n != usual else ""


def verdict(finding: Finding, full: Finding | None) -> str:
    """The marks of the readings under which a subnetwork matches; the strict one implies the others."""
    read = finding.verdicts(full) if full and finding.row != FULL else None
    if read is None:
        return ""
    if read.strict:
        return STRICT
    return (WITHIN_FULL if read.within_full else "") + (WITHIN_OWN if read.within_own else "")
