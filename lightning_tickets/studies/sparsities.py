"""The sparsities of a row: percentages, the published one, or that of the suite's own winning ticket."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lightning_tickets.errors import UserError
from lightning_tickets.published.numbers import published_sparsity
from lightning_tickets.studies.cell import Cell, CellResult
from lightning_tickets.studies.statistics.summary import matching

Sparsity = int | str
"""A percentage, ``published``, or a rule for winning tickets."""
CellLookup = Callable[[Cell], CellResult]
SparsityLookup = Callable[[str, str], int | None]
"""(task, rule) → the highest winning sparsity of the task's tickets; 0 if none wins, None while it is not known."""

PUBLISHED = "published"
RULES = {"winning": "within_full", "strict": "strict"}  # by rule, the field of Matching that it reads
CURVE = tuple(range(10, 100, 10))


def no_sparsity_known(task: str, rule: str) -> int | None:
    """The lookup before anything has run."""
    return None


def resolve_sparsities(sparsities: Sequence[Sparsity], task: str, winning: SparsityLookup) -> list[int]:
    """Percentages, rising and each once, without winning sparsities that are not known or do not exist."""
    return sorted({percent for sparsity in sparsities if (percent := _percent(sparsity, task, winning))})


def _percent(sparsity: Sparsity, task: str, winning: SparsityLookup) -> int | None:
    if sparsity == PUBLISHED:
        return published_sparsity(task)
    if isinstance(sparsity, str) and sparsity in RULES:
        return winning(task, sparsity)
    if isinstance(sparsity, bool) or not isinstance(sparsity, int):
        choices = ", ".join((PUBLISHED, *RULES))
        raise UserError(f"study: sparsities: expected percentages or {choices}, got {sparsity!r}")
    return sparsity


def curve_cells(task: str, seeds: Sequence[int]) -> list[Cell]:
    """The runs that determine a winning sparsity: the full network, and its ticket at every sparsity."""
    cells = [Cell(task, "full", 0, seed) for seed in seeds]
    return cells + [Cell(task, "imp", percent, seed) for percent in CURVE for seed in seeds]


def highest_winning(task: str, rule: str, seeds: Sequence[int], lookup: CellLookup) -> int | None:
    """The highest sparsity of the curve at which the rule holds, 0 if at none; None while a score is missing.

    Selected on held-out rows of train if there are any (``data.holdout``), otherwise on dev as in the paper.
    """
    scores: dict[int, list[float]] = {}
    for cell in curve_cells(task, seeds):
        score = lookup(cell).selection_score
        if score is None:
            return None
        scores.setdefault(cell.sparsity, []).append(score)
    full = scores.pop(0)
    return max((at for at, ticket in scores.items() if getattr(matching(ticket, full), RULES[rule])), default=0)
