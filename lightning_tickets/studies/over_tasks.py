"""An exhibit over all of its tasks together: how much of the gap each row closes, and how often it is better."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from lightning_tickets.points import MISSING, points
from lightning_tickets.studies.comparison import baseline_of
from lightning_tickets.studies.measurement import Exhibit, Measurement, Profile, Profiles, Reportable, TextTable
from lightning_tickets.studies.statistics import stratified
from lightning_tickets.studies.statistics.stratified import Draws, PooledEstimate, Runs
from lightning_tickets.studies.statistics.summary import ROUNDING
from lightning_tickets.studies.statistics.weighted_metrics import ExampleColumns, constant_score

ColumnsOf = Callable[[str], ExampleColumns | None]
"""What the metrics of a run are computed from, by its name; None if it is not stored."""
TABLE, FIGURE = "{}_over_tasks", "{}_profiles"  # their names, by the exhibit's
THRESHOLDS = tuple(at / 100 for at in range(0, 121, 2))  # of the figure, as fractions of the gap
HEAD = ("Row", "Tasks", "Runs", "Gap closed (interquartile mean)", "Optimality gap")
GAP = (
    "Gap closed: 0 % is the score of always predicting the most frequent label (for a correlation, a span or a hidden "
    "word: the score 0), 100 % is the mean of {baseline}."
)
TABLE_NOTES = (
    "Interquartile mean: of the runs of all tasks, without the lowest and the highest quarter.",
    "Optimality gap: the mean of what is lacking to 100 %; what is above counts as 100 %.",
    "Better than a row: the probability that a run is better than one of that row on the same task; a tie counts half.",
)
INTERVALS = "95 % intervals: a bootstrap of the runs within each task. The tasks are fixed."


@dataclass(frozen=True)
class Line:
    """The measurements of a row, one for each task; ``sparsity`` is set for a row that has several."""

    row: str
    sparsity: float | None
    measurements: tuple[Measurement, ...]

    @property
    def name(self) -> str:
        return self.row if self.sparsity is None else f"{self.row}, {100 * self.sparsity:g} %"


@dataclass(frozen=True)
class OverTasks:
    """``constant`` is the score of a constant prediction by task; ``left_out`` says why other tasks are not used."""

    exhibit: Exhibit
    constant: Mapping[str, float]
    left_out: Mapping[str, str]

    @property
    def whole(self) -> str:
        """What closes 100 % of the gap."""
        return "the full network" if self.exhibit.baseline == "full" else self.exhibit.baseline

    @property
    def notes(self) -> tuple[str, ...]:
        by_reason: dict[str, list[str]] = {}
        for task, reason in self.left_out.items():
            by_reason.setdefault(reason, []).append(task)
        left_out = (f"Left out: {', '.join(tasks)}, where {reason}." for reason, tasks in by_reason.items())
        return (GAP.format(baseline=self.exhibit.baseline), INTERVALS, *left_out)

    def lines(self) -> Iterator[Line]:
        """By sparsity for a row that has several on a task; a task with several metrics is shown by its first."""
        first = {one.task: one.metric for one in reversed(self.exhibit.measurements)}
        for row in self.exhibit.rows:
            own = [m for task in self.exhibit.tasks for m in self.exhibit.at(row, task) if m.metric == first[task]]
            several = len({m.task for m in own}) < len(own)
            for sparsity in sorted({m.sparsity for m in own}) if several else [None]:
                yield Line(row, sparsity, tuple(m for m in own if sparsity in (None, m.sparsity)))

    def against(self, line: Line, row: str) -> tuple[Runs, Runs] | None:
        """The runs of the line and those of ``row`` on the tasks that both have; None without such a task."""
        other, ours, theirs = replace(self.exhibit, baseline=row), {}, {}
        for one in (one for one in line.measurements if one.task in self.constant):
            rival = baseline_of(other, one)
            if _scored(one) and rival and _scored(rival):
                ours[one.task], theirs[one.task] = one.scores, rival.scores
        return (Runs(line.name, ours), Runs(row, theirs)) if ours else None

    def of_gaps(self, line: Line, statistic: Callable[[Any], Any]) -> PooledEstimate | None:
        """A statistic of the line's gaps closed; the baseline itself is measured by its observed mean."""
        runs = self.against(line, self.exhibit.baseline)
        if runs is None:
            return None
        ours, full = runs
        fixed = full.observed() if line.row == self.exhibit.baseline else None

        def of_draws(one: Draws, other: Draws) -> Any:
            return statistic(stratified.gap_closed(one, fixed or other, self.constant))

        return stratified.estimate(of_draws, ours, full)

    def improvement(self, line: Line, row: str) -> PooledEstimate | None:
        """None for a row and itself."""
        runs = self.against(line, row) if line.row != row else None
        return stratified.estimate(stratified.improvement, *runs) if runs else None


def with_over_tasks(exhibit: Reportable, columns_of: ColumnsOf) -> Iterator[Reportable]:
    """The exhibit, followed by its table and its figure over all tasks if it asks for them."""
    yield exhibit
    if isinstance(exhibit, Exhibit) and exhibit.over_tasks:
        together = over_tasks(exhibit, columns_of)
        yield _table(together)
        yield _profiles(together)


def over_tasks(exhibit: Exhibit, columns_of: ColumnsOf) -> OverTasks:
    """Without the tasks on which the baseline is at most one deviation better than a constant prediction."""
    constant, left_out = dict[str, float](), dict[str, str]()
    for task in exhibit.tasks:
        full = next(iter(exhibit.at(exhibit.baseline, task)), None)
        if full is None or not full.summary or not _scored(full):
            left_out[task] = f"{exhibit.baseline} has no scores"
        elif (score := constant_score(full.metric, columns_of(full.runs[0]) or {})) is None:
            left_out[task] = "the examples that the metric is computed from are not stored"
        elif full.summary.mean - score <= max(full.summary.std or 0.0, ROUNDING):
            left_out[task] = f"{exhibit.baseline} is at most one deviation better than a constant prediction"
        else:
            constant[task] = score
    return OverTasks(exhibit, constant, left_out)


def _scored(measurement: Measurement) -> bool:
    return bool(measurement.scores) and all(map(isfinite, measurement.scores))


def _table(together: OverTasks) -> TextTable:
    exhibit = together.exhibit
    return TextTable(
        TABLE.format(exhibit.name),
        f"{exhibit.title}: all tasks together",
        f"How much of the gap between a constant prediction and {together.whole} each row closes, and how often it is "
        "better, in percent.",
        head=(*HEAD, *(f"Better than {row}" for row in exhibit.over_tasks)),
        lines=tuple(_texts(together, line) for line in together.lines()),
        tasks=exhibit.tasks,
        notes=(*together.notes, *TABLE_NOTES),
        missing=exhibit.missing,
        question=exhibit.question,
        overrides=exhibit.overrides,
    )


def _texts(together: OverTasks, line: Line) -> tuple[str, ...]:
    runs = together.against(line, together.exhibit.baseline)
    sizes = [len(scores) for scores in runs[0].scores.values()] if runs else []
    gap = together.of_gaps(line, stratified.summaries)
    better = (together.improvement(line, row) for row in together.exhibit.over_tasks)
    return (
        *(line.name, str(len(sizes)), str(sum(sizes))),
        *(_text(gap, at) for at in (0, 1)),
        *(_text(one, 0) for one in better),
    )


def _text(found: PooledEstimate | None, at: int) -> str:
    if found is None:
        return MISSING
    interval = found.intervals[at]
    between = f" ({points(interval.low)} to {points(interval.high)})" if interval else ""
    return points(found.values[at]) + between


def _profiles(together: OverTasks) -> Profiles:
    exhibit = together.exhibit
    found = {
        line: together.of_gaps(line, lambda gaps: stratified.shares_above(gaps, THRESHOLDS))
        for line in together.lines()
    }
    return Profiles(
        FIGURE.format(exhibit.name),
        f"{exhibit.title}: performance profiles",
        f"The share of runs that close more than a part of the gap between a constant prediction and {together.whole}.",
        thresholds=THRESHOLDS,
        profiles=tuple(
            Profile(at.row, at.sparsity, one.values, one.intervals, _part(together, at))
            for at, one in found.items()
            if one
        ),
        tasks=exhibit.tasks,
        notes=together.notes,
        missing=exhibit.missing,
        question=exhibit.question,
        overrides=exhibit.overrides,
    )


def _part(together: OverTasks, line: Line) -> str:
    """On how many of the tasks a row has runs, empty for all: its curve is not of the same tasks as the others."""
    runs = together.against(line, together.exhibit.baseline)
    have, all_tasks = len(runs[0].scores) if runs else 0, len(together.constant)
    return f"{have} of {all_tasks} tasks" if have < all_tasks else ""
