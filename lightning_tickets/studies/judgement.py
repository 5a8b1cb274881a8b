"""Each cell of an exhibit against the row that it is compared with: by seeds, by examples, and over the whole table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from lightning_tickets.studies.finding import Exhibit, Finding
from lightning_tickets.studies.inference import (
    Comparison,
    Equivalence,
    Interval,
    equivalent,
    flags,
    holm,
    majority,
    paired,
    welch,
)
from lightning_tickets.studies.resampling import Columns, over_examples

MARGIN = 0.01  # a point: what counts as the same in the test of equivalence
ColumnsOf = Callable[[str], Columns | None]


@dataclass(frozen=True)
class Judged:
    """``welch`` and ``paired`` (by seed) compare scores, ``examples`` the same scores over samples of the dev set.

    ``adjusted`` is Welch's p after Holm over the exhibit; what the data do not carry is None.
    """

    finding: Finding
    welch: Comparison | None
    paired: Comparison | None
    equivalence: Equivalence | None
    examples: Interval | None
    flags: tuple[str, ...]
    adjusted: float | None = None

    @property
    def verdict(self) -> str:
        """In a word: better, worse, the same within the margin, or that it cannot be told."""
        if self.welch is None or self.adjusted is None or self.equivalence is None:
            return "cannot be told"
        if self.adjusted < 0.05:
            return "better" if self.welch.difference > 0 else "worse"
        return "same" if self.equivalence.holds else "cannot be told"


def judged(exhibit: Exhibit, columns_of: ColumnsOf) -> tuple[Judged, ...]:
    """Every cell that has a score, in the order of rows and tasks; ``columns_of`` a run are its dev examples."""
    found = []
    for row in (row for row in exhibit.rows if row != exhibit.baseline):
        for task in exhibit.tasks:
            for finding in exhibit.at(row, task):
                base = _baseline(exhibit, finding)
                if finding.scores and base is not None and base.scores:
                    found.append(_judged(finding, base, columns_of))
    adjusted = iter(holm([one.welch.p for one in found if one.welch]))
    return tuple(replace(one, adjusted=next(adjusted)) if one.welch else one for one in found)


def _baseline(exhibit: Exhibit, finding: Finding) -> Finding | None:
    """Of the baseline's findings on the task the one at the same sparsity, or its only one."""
    found = [one for one in exhibit.at(exhibit.baseline, finding.task) if one.metric == finding.metric]
    same = [one for one in found if one.sparsity == finding.sparsity]
    return same[0] if same else found[0] if len(found) == 1 else None


def _judged(finding: Finding, base: Finding, columns_of: ColumnsOf) -> Judged:
    ours, theirs = ([columns_of(run) or {} for run in one.runs] for one in (finding, base))
    return Judged(
        finding,
        welch(finding.scores, base.scores),
        paired(_by_seed(finding), _by_seed(base)),
        equivalent(finding.scores, base.scores, MARGIN),
        over_examples(finding.metric, ours, theirs),
        flags(finding.scores, _majority(finding, ours), len(finding.undefined)),
    )


def _by_seed(finding: Finding) -> dict[int, float]:
    return dict(zip(finding.seeds, finding.scores, strict=True))


def _majority(finding: Finding, columns: list[Columns]) -> float | None:
    """Of the dev set's labels, where the metric is an accuracy over them."""
    labels = columns[0].get("label") if columns else None
    return majority([int(label) for label in labels]) if labels and finding.metric.endswith("accuracy") else None
