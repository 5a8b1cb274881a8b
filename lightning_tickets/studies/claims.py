"""The paper's claims, each tested on the suite's own runs: it holds, it does not hold, or it cannot be told.

A claim is about cells. Each cell votes for it, against it or not at all, by tests over seeds with Holm's correction
over the claim's cells.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lightning_tickets.studies.comparison import CANNOT_BE_TOLD, MARGIN, Comparison, compare_with_baseline
from lightning_tickets.studies.measurement import Exhibit, Reportable, TextTable
from lightning_tickets.studies.statistics.bootstrap import ExampleBootstrap
from lightning_tickets.studies.statistics.significance import holm

Exhibits = Mapping[str, Exhibit]
"""By name."""
ALPHA = 0.05
NO_EXAMPLES = ExampleBootstrap(lambda run: None)
CLAIMED = {"table2", "table3", "figure2"}
HOLDS, FAILS = "holds", "does not hold"
RULE = (
    f"Tests over seeds, Holm's correction over a claim's cells, margin {100 * MARGIN:g} point. A claim holds if more "
    "than half of its cells speak for it and none against it; it does not hold if more than half speak against it."
)


@dataclass(frozen=True)
class Claim:
    """``cells`` counts those for it, against it and neither; ``numbers`` are their differences as text.

    ``exhibit`` is the name of the table or figure that it is tested on.
    """

    text: str
    verdict: str
    cells: tuple[int, int, int]
    numbers: tuple[str, ...]
    exhibit: str


@dataclass(frozen=True)
class CellVote:
    """One-sided p values for the claim and against it, None with too few runs; ``text`` names cell and difference."""

    text: str
    p_for: float | None
    p_against: float | None


def check_claims(exhibits: Iterable[Reportable], excluded_tasks: Sequence[str] = ()) -> tuple[Claim, ...]:
    """The eight claims; a claim whose exhibit is not among ``exhibits`` cannot be told."""
    by_name = {
        exhibit.name: replace(exhibit, tasks=tuple(task for task in exhibit.tasks if task not in excluded_tasks))
        for exhibit in exhibits
        if isinstance(exhibit, Exhibit)
    }
    return tuple(_claim(text, exhibit, votes(by_name)) for text, exhibit, votes in CLAIMS)


def with_claims(shown: Sequence[Reportable], excluded_tasks: Sequence[str] = ()) -> list[Reportable]:
    """With the table of claims where the exhibits that most of them are about are shown together."""
    complete = {one.name for one in shown} >= CLAIMED
    return [*shown, claims_table(shown, excluded_tasks)] if complete else [*shown]


def claims_table(exhibits: Iterable[Reportable], excluded_tasks: Sequence[str] = ()) -> TextTable:
    """The claims with their verdicts and the counts of cells."""
    claims = check_claims(exhibits, excluded_tasks)
    excluded = [f"Left out as uninformative: {', '.join(excluded_tasks)}."] if excluded_tasks else []
    return TextTable(
        "claims",
        "The paper's claims",
        "What these runs say about each claim.",
        head=("", "Claim", "Verdict", "cells for it", "against it", "neither", "tested on"),
        lines=tuple(
            (str(number), claim.text, claim.verdict, *map(str, claim.cells), claim.exhibit)
            for number, claim in enumerate(claims, 1)
        ),
        notes=(RULE, *excluded),
    )


def _claim(text: str, exhibit: str, votes: Sequence[CellVote]) -> Claim:
    """Both sides are corrected over the claim's cells."""
    pro, contra = (
        sum(p < ALPHA for p in holm([p for p in side if p is not None]))
        for side in ([vote.p_for for vote in votes], [vote.p_against for vote in votes])
    )
    verdict = CANNOT_BE_TOLD
    if votes and pro > len(votes) / 2 and not contra:
        verdict = HOLDS
    elif votes and contra > len(votes) / 2:
        verdict = FAILS
    counts = (pro, contra, len(votes) - pro - contra)
    return Claim(text, verdict, counts, tuple(vote.text for vote in votes), exhibit)


def _compare(exhibits: Exhibits, name: str, baseline: str, rows: Iterable[str]) -> list[Comparison]:
    """Rows of an exhibit with another of its rows, [] without the exhibit; a cell without runs has no tests."""
    exhibit = exhibits.get(name)
    if exhibit is None:
        return []
    compared = tuple(row for row in exhibit.rows if row in rows and row != baseline)
    tested = compare_with_baseline(replace(exhibit, rows=compared, baseline=baseline), NO_EXAMPLES)
    by_measurement = {comparison.measurement: comparison for comparison in tested}
    cells = (measurement for row in compared for task in exhibit.tasks for measurement in exhibit.at(row, task))
    return [by_measurement.get(cell, Comparison(cell)) for cell in cells]


Side = Callable[[Comparison], float | None]
"""The one-sided p of a statement about a row and its baseline."""


def _vote(comparison: Comparison, pro: Side, contra: Side) -> CellVote:
    cell, welch = comparison.measurement, comparison.welch
    difference = f"{100 * welch.difference:+.1f}" if welch else "?"
    text = f"{cell.row} on {cell.task} at {round(100 * cell.sparsity)} %: {difference}"
    return CellVote(text, pro(comparison), contra(comparison))


def worse(comparison: Comparison) -> float | None:
    """The row is worse than its baseline."""
    welch = comparison.welch
    return None if welch is None else welch.p / 2 if welch.difference < 0 else 1 - welch.p / 2


def better(comparison: Comparison) -> float | None:
    p = worse(comparison)
    return None if p is None else 1 - p


def not_worse(comparison: Comparison) -> float | None:
    """The row is not worse than its baseline by the margin."""
    return comparison.equivalence.non_inferior if comparison.equivalence else None


def not_better(comparison: Comparison) -> float | None:
    """The row is not better than its baseline by the margin."""
    return comparison.equivalence.non_superior if comparison.equivalence else None


def _tickets_exist(exhibits: Exhibits) -> list[CellVote]:
    return [_vote(one, not_worse, worse) for one in _compare(exhibits, "table2", "full", ["imp"])]


def _controls_are_worse(exhibits: Exhibits) -> list[CellVote]:
    controls = ["random_mask", "random_weights", "shuffled_weights"]
    return [_vote(one, worse, better) for one in _compare(exhibits, "table2", "imp", controls)]


def _rewinding_does_not_help(exhibits: Exhibits) -> list[CellVote]:
    rows = ["rewind_0.05", "rewind_0.10", "rewind_0.20", "rewind_0.50"]
    return [_vote(one, not_better, better) for one in _compare(exhibits, "table3", "imp", rows)]


def _standard_pruning_is_mixed(exhibits: Exhibits) -> list[CellVote]:
    """One vote: mixed means better on one task and worse on another, so both sides' best cells count together."""
    comparisons = _compare(exhibits, "table3", "imp", ["standard_pruning"])
    sides = [[p for one in comparisons if (p := side(one)) is not None] for side in (better, worse)]
    if not comparisons or len(sides[0]) < len(comparisons):
        return []
    both = max(min(1.0, min(ps) * len(ps)) for ps in sides)
    one_way = min(1.0, 2 * min(max(ps) for ps in sides))
    text = ", ".join(f"{one.measurement.task} {100 * one.welch.difference:+.1f}" for one in comparisons if one.welch)
    return [CellVote(f"standard pruning minus rewinding to θ₀: {text}", both, one_way)]


def _tasks_rarely_transfer(exhibits: Exhibits) -> list[CellVote]:
    return [_vote(one, worse, not_worse) for one in _transfers(exhibits) if one.measurement.row != "mlm"]


def _mlm_is_universal(exhibits: Exhibits) -> list[CellVote]:
    return [_vote(one, not_worse, worse) for one in _transfers(exhibits) if one.measurement.row == "mlm"]


def _transfers(exhibits: Exhibits) -> list[Comparison]:
    """Tickets of one task on another, compared with the full network."""
    rows = exhibits["figure2"].tasks if "figure2" in exhibits else ()
    comparisons = _compare(exhibits, "figure2", "full", rows)
    return [one for one in comparisons if one.measurement.task != one.measurement.row]


def _more_data_transfer_better(exhibits: Exhibits) -> list[CellVote]:
    return [_vote(one, better, worse) for one in _compare(exhibits, "table8", "imp_mlm_0.0536", ["imp_mlm"])]


def _mixes_add_little(exhibits: Exhibits) -> list[CellVote]:
    exhibit = exhibits.get("figure9")
    mixes = [row for row in exhibit.rows if row.startswith("mlm+")] if exhibit else []
    return [_vote(one, not_better, better) for one in _compare(exhibits, "figure9", "mlm", mixes)]


CLAIMS: tuple[tuple[str, str, Callable[[Exhibits], list[CellVote]]], ...] = (
    (f"Winning tickets exist at the pre-trained weights (within {100 * MARGIN:g} point)", "table2", _tickets_exist),
    ("Random masks, random weights and shuffled weights are worse", "table2", _controls_are_worse),
    ("Rewinding to a later point does not help", "table3", _rewinding_does_not_help),
    ("Standard pruning is mixed: better on some tasks, worse on others", "table3", _standard_pruning_is_mixed),
    ("Tickets of downstream tasks rarely transfer", "figure2", _tasks_rarely_transfer),
    ("The masked LM ticket transfers to every task", "figure2", _mlm_is_universal),
    ("A ticket found on more data transfers better", "table8", _more_data_transfer_better),
    ("Mixing tasks into the search for the masked LM ticket adds little", "figure9", _mixes_add_little),
)
