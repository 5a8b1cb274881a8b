"""Each cell of an exhibit against the row that it is compared with: by seeds, by examples, and over the whole table."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lightning_tickets.studies.finding import Exhibit, Finding
from lightning_tickets.studies.inference import (
    Comparison,
    Equivalence,
    Interval,
    equivalent,
    flags,
    holm,
    paired,
    welch,
)
from lightning_tickets.studies.resampling import Examples

MARGIN = 0.01  # a point: what counts as the same in the test of equivalence


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


def judged(exhibit: Exhibit, examples: Examples) -> tuple[Judged, ...]:
    """Every cell that has a score, in the order of rows and tasks."""
    found = []
    for row in (row for row in exhibit.rows if row != exhibit.baseline):
        for task in exhibit.tasks:
            for finding in exhibit.at(row, task):
                base = _baseline(exhibit, finding)
                if finding.scores and base is not None and base.scores:
                    found.append(_judged(finding, base, examples))
    adjusted = iter(holm([one.welch.p for one in found if one.welch]))
    return tuple(replace(one, adjusted=next(adjusted)) if one.welch else one for one in found)


def _baseline(exhibit: Exhibit, finding: Finding) -> Finding | None:
    """Of the baseline's findings on the task the one at the same sparsity, or its only one."""
    found = [one for one in exhibit.at(exhibit.baseline, finding.task) if one.metric == finding.metric]
    same = [one for one in found if one.sparsity == finding.sparsity]
    return same[0] if same else found[0] if len(found) == 1 else None


def _judged(finding: Finding, base: Finding, examples: Examples) -> Judged:
    accuracy = finding.metric.endswith("accuracy")  # over labels, where there are some
    return Judged(
        finding,
        welch(finding.scores, base.scores),
        paired(_by_seed(finding), _by_seed(base)),
        equivalent(finding.scores, base.scores, MARGIN),
        examples.interval(finding.metric, finding.runs, base.runs),
        flags(finding.scores, examples.majority(finding.runs[0]) if accuracy else None, len(finding.undefined)),
    )


def _by_seed(finding: Finding) -> dict[int, float]:
    return dict(zip(finding.seeds, finding.scores, strict=True))
