"""What is printed of one measurement: its numbers in points, and the marks that it has earned."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from lightning_tickets.report.content.names import FULL
from lightning_tickets.studies.measurement import Measurement

STRICT, WITHIN_FULL, WITHIN_OWN, UNDEFINED, MISSING = "‡", "†", "§", "¶", "—"


@dataclass(frozen=True)
class Cell:
    """``n`` is empty where the cell has the usual number of runs of its table, and none of them is missing."""

    measurement: Measurement | None = None
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


def fill(measurement: Measurement | None, full: Measurement | None, best: float | None, usual: int) -> Cell:
    """No measurement leaves an empty cell, a measurement without scores a dash."""
    if measurement is None:
        return Cell()
    summary = measurement.summary
    if summary is None:
        return Cell(measurement, MISSING, marks=UNDEFINED if measurement.undefined else "")
    return Cell(
        measurement,
        points(summary.mean) if isfinite(summary.mean) else "undefined",
        "" if summary.std is None or not isfinite(summary.std) else points(summary.std),
        runs(summary.n, len(measurement.missing), usual),
        verdict(measurement, full) + (UNDEFINED if measurement.undefined else ""),
        measurement.row != FULL and best is not None and abs(summary.mean - best) < 1e-9,
    )


def runs(n: int, missing: int, usual: int) -> str:
    if missing:
        return f"n={n} of {n + missing}"
    return f"n={n}" if n != usual else ""


def verdict(measurement: Measurement, full: Measurement | None) -> str:
    """The marks of the readings under which a subnetwork matches; the strict one implies the others."""
    read = measurement.matching(full) if full and measurement.row != FULL else None
    if read is None:
        return ""
    if read.strict:
        return STRICT
    return (WITHIN_FULL if read.within_full else "") + (WITHIN_OWN if read.within_own else "")
