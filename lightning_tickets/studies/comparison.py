"""Each cell of an exhibit compared with the baseline row: over seeds, over examples, and over the whole table."""

from dataclasses import dataclass, replace

from lightning_tickets.studies.measurement import Exhibit, Measurement
from lightning_tickets.studies.statistics.bootstrap import ExampleBootstrap
from lightning_tickets.studies.statistics.significance import Interval, TTest, equivalence, holm, paired, welch
from lightning_tickets.studies.statistics.summary import flags

ALPHA = 0.05
MARGIN = 0.01  # one point: the margin of the test of equivalence
CANNOT_BE_TOLD = "cannot be told"


@dataclass(frozen=True)
class Comparison:
    """``welch`` and ``paired`` (by seed) are over seeds, ``examples`` is a bootstrap of the development set.

    ``equivalence`` is the p of a difference within the margin, ``adjusted`` is Welch's p after Holm's correction over
    the exhibit. None: the data do not allow the test.
    """

    measurement: Measurement
    welch: TTest | None = None
    paired: TTest | None = None
    equivalence: float | None = None
    examples: Interval | None = None
    flags: tuple[str, ...] = ()
    adjusted: float | None = None

    @property
    def verdict(self) -> str:
        """Better, worse, same (within the margin) or cannot be told."""
        if self.welch is None or self.adjusted is None or self.equivalence is None:
            return CANNOT_BE_TOLD
        if self.adjusted < ALPHA:
            return "better" if self.welch.difference > 0 else "worse"
        return "same" if self.equivalence <= ALPHA else CANNOT_BE_TOLD


def compare_with_baseline(exhibit: Exhibit, examples: ExampleBootstrap) -> tuple[Comparison, ...]:
    """Every cell that has a score, in the order of rows, tasks and sparsities."""
    comparisons = []
    for row in (row for row in exhibit.rows if row != exhibit.baseline):
        for measurement in (m for task in exhibit.tasks for m in exhibit.at(row, task)):
            baseline = baseline_of(exhibit, measurement)
            if measurement.scores and baseline is not None and baseline.scores:
                comparisons.append(_compare(measurement, baseline, examples))
    adjusted = iter(holm([one.welch.p for one in comparisons if one.welch]))
    return tuple(replace(one, adjusted=next(adjusted)) if one.welch else one for one in comparisons)


def baseline_of(exhibit: Exhibit, measurement: Measurement) -> Measurement | None:
    """The baseline's measurement on the task at the same sparsity, or its only one."""
    return counterpart(exhibit, exhibit.baseline, measurement)


def counterpart(exhibit: Exhibit, row: str, measurement: Measurement) -> Measurement | None:
    """Another row's measurement on the same task at the same sparsity, or its only one there."""
    candidates = exhibit.at(row, measurement.task, measurement.metric)
    same = [m for m in candidates if m.sparsity == measurement.sparsity]
    return same[0] if same else candidates[0] if len(candidates) == 1 else None


def _compare(measurement: Measurement, baseline: Measurement, examples: ExampleBootstrap) -> Comparison:
    accuracy = measurement.metric.endswith("accuracy")  # over labels, if the task has any
    majority = examples.majority(measurement.metric, measurement.runs[0]) if accuracy else None
    return Comparison(
        measurement,
        welch=welch(measurement.scores, baseline.scores),
        paired=paired(measurement.by_seed, baseline.by_seed),
        equivalence=equivalence(measurement.scores, baseline.scores, MARGIN),
        examples=examples.interval(measurement.metric, measurement.runs, baseline.runs),
        flags=flags(measurement.scores, majority, len(measurement.undefined)),
    )
