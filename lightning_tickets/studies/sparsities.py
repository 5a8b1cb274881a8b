"""The sparsities of a row: percentages, the published one, or that of the suite's own winning ticket."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from lightning_tickets.checks import integer, word
from lightning_tickets.published.numbers import published_sparsity
from lightning_tickets.studies.cell import Cell, CellResult
from lightning_tickets.studies.statistics.summary import matching

Sparsity = int | str
"""A percentage, ``published``, or a rule for winning tickets."""
CellLookup = Callable[[Cell], CellResult]
PUBLISHED = "published"
RULES = {  # by rule, the field of Matching that it reads
    "winning": "within_full",
    "winning_own": "within_own",
    "strict": "strict",
}
WINS = {  # by rule, what the mean of a winning ticket is
    "winning": "at most one standard deviation of the full network below the full network's",
    "winning_own": "at most one of its own standard deviations below the full network's",
    "strict": "at least the full network's",
}
SPARSITY = integer(1, 100) | word(PUBLISHED, *RULES)
CURVE = tuple(range(10, 100, 10))


class SparsityLookup(Protocol):
    """The highest winning sparsity of a task's tickets in percent; 0 if none wins, None while it is not known."""

    def __call__(self, task: str, rule: str, metric: str | None = None) -> int | None:
        """By a rule of ``RULES`` and a metric of the task, None: its own."""


WinningNeeded = tuple[str, str, str | None]
"""Task, rule and metric (None: the task's own) of a winning sparsity that an exhibit uses."""


def no_sparsity_known(task: str, rule: str, metric: str | None = None) -> int | None:
    """The lookup before anything has run."""
    return None


def resolve_sparsities(
    sparsities: Sequence[Sparsity], task: str, winning: SparsityLookup, metric: str | None = None
) -> list[int]:
    """Percentages, rising and each once, without winning sparsities that are not known or do not exist."""
    return sorted({percent for sparsity in sparsities if (percent := _percent(sparsity, task, winning, metric))})


def _percent(sparsity: Sparsity, task: str, winning: SparsityLookup, metric: str | None) -> int | None:
    if sparsity == PUBLISHED:
        return published_sparsity(task)
    if isinstance(sparsity, str):
        return winning(task, sparsity, metric)
    return sparsity


def curve_cells(task: str, seeds: Sequence[int]) -> list[Cell]:
    """The runs that determine a winning sparsity: the full network, and its ticket at every sparsity."""
    cells = [Cell(task, "full", 0, seed) for seed in seeds]
    return cells + [Cell(task, "imp", percent, seed) for percent in CURVE for seed in seeds]


def needed_curves(needed: Iterable[WinningNeeded], seeds: Sequence[int]) -> list[Cell]:
    """The runs that determine all of these winning sparsities."""
    return [cell for task in dict.fromkeys(task for task, _, _ in needed) for cell in curve_cells(task, seeds)]


def rule_with(seeds: Sequence[int], rule: str) -> str:
    """The rule that is applied: one seed has no deviation, so every rule is ``strict`` then."""
    return rule if len(seeds) > 1 else "strict"


def highest_winning(
    task: str, rule: str, seeds: Sequence[int], lookup: CellLookup, metric: str | None = None
) -> int | None:
    """The highest sparsity of the curve at which the rule holds, 0 if at none; None while a score is missing.

    Selected on held-out rows of train if there are any (``data.holdout``), otherwise on dev as in the paper.
    """
    scores: dict[int, list[float]] = {}
    for cell in curve_cells(task, seeds):
        result = lookup(cell)
        if result.score is None:
            return None
        scores.setdefault(cell.sparsity, []).append(result.selection_score(metric))
    full = scores.pop(0)
    field = RULES[rule_with(seeds, rule)]
    return max((at for at, ticket in scores.items() if getattr(matching(ticket, full), field)), default=0)
