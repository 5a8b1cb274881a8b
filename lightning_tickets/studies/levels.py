"""At which sparsities a row is shown: percentages, the one in print, or that of the suite's own winning ticket."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lightning_tickets.errors import UserError
from lightning_tickets.published.numbers import winning_sparsity
from lightning_tickets.studies.cell import Cell, Outcome
from lightning_tickets.studies.statistics import judge

Level = int | str
Lookup = Callable[[Cell], Outcome]
Found = Callable[[str, str], int | None]
"""The highest sparsity at which a task's ticket wins by a rule; 0 where none does, None as long as it is not known."""

PUBLISHED = "published"
RULES = {"winning": "within_full", "strict": "strict"}  # what is typed, and the verdict that it asks for
CURVE = tuple(range(10, 100, 10))


def unknown(task: str, rule: str) -> int | None:
    """Before anything has run."""
    return None


def percents(levels: Sequence[Level], task: str, found: Found) -> list[int]:
    """Rising, each once; a winning ticket's that is not known, or that does not exist, is left out."""
    return sorted({percent for level in levels if (percent := _percent(level, task, found))})


def _percent(level: Level, task: str, found: Found) -> int | None:
    if level == PUBLISHED:
        return winning_sparsity(task)
    if isinstance(level, str) and level in RULES:
        return found(task, level)
    if isinstance(level, bool) or not isinstance(level, int):
        allowed = ", ".join((PUBLISHED, *RULES))
        raise UserError(f"study: sparsities: {level!r}: allowed are percentages, {allowed}")
    return level


def curve(task: str, seeds: Sequence[int]) -> list[Cell]:
    """What has to be known before a winning sparsity is: the full network, and its ticket at every sparsity."""
    cells = [Cell(task, "full", 0, seed) for seed in seeds]
    return cells + [Cell(task, "imp", percent, seed) for percent in CURVE for seed in seeds]


def highest(task: str, rule: str, seeds: Sequence[int], lookup: Lookup) -> int | None:
    """The highest sparsity of the curve at which the rule holds, 0 if at none; None while a score is missing.

    Picked on rows of train that are held out, where some are (``data.holdout``), else on dev, as in the paper.
    """
    scores: dict[int, list[float]] = {}
    for cell in curve(task, seeds):
        score = lookup(cell).picks
        if score is None:
            return None
        scores.setdefault(cell.sparsity, []).append(score)
    full = scores.pop(0)
    return max((at for at, found in scores.items() if getattr(judge(found, full), RULES[rule])), default=0)
