"""What the paper says, each statement held against the suite's own runs: it holds, it does not, or it cannot be told.

A statement is about cells. Each cell speaks for it, against it, or says nothing, by tests over seeds with Holm's
correction over the statement's cells; a statement holds if more than half of its cells speak for it and none against,
it does not hold if more than half speak against it, and otherwise it cannot be told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lightning_tickets.studies.finding import Exhibit, Sheet, Shown
from lightning_tickets.studies.inference import holm
from lightning_tickets.studies.judgement import MARGIN, Judged, judged
from lightning_tickets.studies.resampling import Examples

Exhibits = Mapping[str, Exhibit]
ALPHA = 0.05
NO_EXAMPLES = Examples(lambda run: None)
HOLDS, NOT, OPEN = "holds", "does not hold", "cannot be told"


@dataclass(frozen=True)
class Claim:
    """``cells`` count those that speak for it, against it, and neither; ``numbers`` are what they say, a line each."""

    text: str
    verdict: str
    cells: tuple[int, int, int]
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Voice:
    """What one cell says: p for the statement and p against it, None where too few runs can say anything."""

    told: str
    p_for: float | None
    p_against: float | None


def claims(exhibits: Iterable[Shown], without: Sequence[str] = ()) -> tuple[Claim, ...]:
    """The paper's eight; an exhibit that is not there leaves its claim open, tasks in ``without`` say nothing."""
    known = {one.name: _without(one, without) for one in exhibits if isinstance(one, Exhibit)}
    return tuple(_claim(text, list(voices(known))) for text, voices in CLAIMS)


def claims_sheet(exhibits: Iterable[Shown], without: Sequence[str] = ()) -> Sheet:
    """The claims as a table, each with what its cells say."""
    lines = []
    for number, claim in enumerate(claims(exhibits, without), start=1):
        pro, contra, neither = claim.cells
        lines.append((str(number), claim.text, claim.verdict, str(pro), str(contra), str(neither)))
    head = ("", "Claim", "Verdict", "cells for it", "against it", "neither")
    notes = (RULE, *([f"Left out, since it says nothing: {', '.join(without)}."] if without else []))
    return Sheet(
        "claims", "The paper's claims", "What these runs carry of each claim.", head, tuple(lines), notes=notes
    )


RULE = (
    f"Tests over seeds, Holm's correction over a claim's cells, margin {100 * MARGIN:g} point. A claim holds if more "
    "than half of its cells speak for it and none against it; it does not hold if more than half speak against it."
)


def _without(exhibit: Exhibit, tasks: Sequence[str]) -> Exhibit:
    return replace(exhibit, tasks=tuple(task for task in exhibit.tasks if task not in tasks))


def _claim(text: str, voices: Sequence[Voice]) -> Claim:
    """Both sides are corrected over the statement's cells."""
    pro, contra = (
        sum(p < ALPHA for p in holm([p for p in side if p is not None]))
        for side in ([voice.p_for for voice in voices], [voice.p_against for voice in voices])
    )
    verdict = OPEN
    if voices and pro > len(voices) / 2 and not contra:
        verdict = HOLDS
    elif voices and contra > len(voices) / 2:
        verdict = NOT
    return Claim(text, verdict, (pro, contra, len(voices) - pro - contra), tuple(voice.told for voice in voices))


def _compared(exhibits: Exhibits, name: str, baseline: str, rows: Iterable[str]) -> list[Judged]:
    """The rows of an exhibit against another of its rows; nothing where there is no such exhibit.

    A cell whose runs are missing is there too, and says nothing.
    """
    exhibit = exhibits.get(name)
    if exhibit is None:
        return []
    wanted = tuple(row for row in exhibit.rows if row in rows and row != baseline)
    found = {one.finding: one for one in judged(replace(exhibit, rows=wanted, baseline=baseline), NO_EXAMPLES)}
    cells = (finding for row in wanted for task in exhibit.tasks for finding in exhibit.at(row, task))
    return [found.get(cell, Judged(cell, None, None, None, None, ())) for cell in cells]


def _voice(one: Judged, pro: Callable[[Judged], float | None], contra: Callable[[Judged], float | None]) -> Voice:
    difference = f"{100 * one.welch.difference:+.1f}" if one.welch else "?"
    told = f"{one.finding.row} on {one.finding.task} at {round(100 * one.finding.sparsity)} %: {difference}"
    return Voice(told, pro(one), contra(one))


def worse(one: Judged) -> float | None:
    """One-sided p that the row is worse than its baseline."""
    return None if one.welch is None else one.welch.p / 2 if one.welch.difference < 0 else 1 - one.welch.p / 2


def better(one: Judged) -> float | None:
    p = worse(one)
    return None if p is None else 1 - p


def not_worse(one: Judged) -> float | None:
    """One-sided p that the row is not worse than its baseline by the margin."""
    return one.equivalence.non_inferior if one.equivalence else None


def not_better(one: Judged) -> float | None:
    """One-sided p that the row is not better than its baseline by the margin."""
    return one.equivalence.non_superior if one.equivalence else None


def _tickets_exist(exhibits: Exhibits) -> list[Voice]:
    found = _compared(exhibits, "table2", "full", ["imp"])
    return [_voice(one, not_worse, worse) for one in found]


def _controls_are_worse(exhibits: Exhibits) -> list[Voice]:
    found = _compared(exhibits, "table2", "imp", ["random_mask", "random_weights", "shuffled_weights"])
    return [_voice(one, worse, better) for one in found]


def _rewinding_does_not_help(exhibits: Exhibits) -> list[Voice]:
    rows = ["rewind_0.05", "rewind_0.10", "rewind_0.20", "rewind_0.50"]
    return [_voice(one, not_better, better) for one in _compared(exhibits, "table3", "imp", rows)]


def _standard_pruning_is_mixed(exhibits: Exhibits) -> list[Voice]:
    """Mixed: better somewhere and worse somewhere; so each side's best cell speaks for it, and only together."""
    found = _compared(exhibits, "table3", "imp", ["standard_pruning"])
    sides = [[p for one in found if (p := side(one)) is not None] for side in (better, worse)]
    if not found or len(sides[0]) < len(found):
        return []
    both = max(min(1.0, min(ps) * len(ps)) for ps in sides)
    one_way = min(1.0, 2 * min(max(ps) for ps in sides))
    told = ", ".join(f"{one.finding.task} {100 * one.welch.difference:+.1f}" for one in found if one.welch)
    return [Voice(f"standard pruning minus rewinding to θ₀: {told}", both, one_way)]


def _tasks_rarely_transfer(exhibits: Exhibits) -> list[Voice]:
    return [_voice(one, worse, not_worse) for one in _transferred(exhibits, lambda row: row != "mlm")]


def _mlm_is_universal(exhibits: Exhibits) -> list[Voice]:
    return [_voice(one, not_worse, worse) for one in _transferred(exhibits, lambda row: row == "mlm")]


def _transferred(exhibits: Exhibits, wanted: Callable[[str], bool]) -> list[Judged]:
    """Tickets of one task on another, against the full network."""
    exhibit = exhibits.get("figure2")
    rows = [row for row in exhibit.tasks if wanted(row)] if exhibit else []
    return [one for one in _compared(exhibits, "figure2", "full", rows) if one.finding.task != one.finding.row]


def _more_data_transfer_better(exhibits: Exhibits) -> list[Voice]:
    return [_voice(one, better, worse) for one in _compared(exhibits, "table8", "imp_mlm_0.0536", ["imp_mlm"])]


def _mixes_add_little(exhibits: Exhibits) -> list[Voice]:
    exhibit = exhibits.get("figure9")
    mixes = [row for row in exhibit.rows if row.startswith("mlm+")] if exhibit else []
    return [_voice(one, not_better, better) for one in _compared(exhibits, "figure9", "mlm", mixes)]


CLAIMS: tuple[tuple[str, Callable[[Exhibits], list[Voice]]], ...] = (
    (f"Winning tickets exist at the pre-trained weights (within {100 * MARGIN:g} point)", _tickets_exist),
    ("Random masks, random weights and shuffled weights are worse", _controls_are_worse),
    ("Rewinding to a later point does not help", _rewinding_does_not_help),
    ("Standard pruning is mixed: better on some tasks, worse on others", _standard_pruning_is_mixed),
    ("Tickets of downstream tasks rarely transfer", _tasks_rarely_transfer),
    ("Masked-LM's ticket transfers to every task", _mlm_is_universal),
    ("A ticket found on more data transfers better", _more_data_transfer_better),
    ("Mixing tasks into masked-LM's search adds little", _mixes_add_little),
)
