"""What studies pass to reports: plain values without tensors."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from functools import cached_property

from lightning_tickets.published.numbers import PublishedValue
from lightning_tickets.studies.statistics.significance import Interval
from lightning_tickets.studies.statistics.summary import Matching, Summary, matching, summarize


@dataclass(frozen=True)
class Measurement:
    """One cell of a table or point of a curve: the scores of its runs.

    ``sparsity`` is a fraction of the prunable weights; ``scores`` are fractions (0.914, not 91.4), one for each
    run in ``runs``, by the seeds in ``seeds``; ``missing`` holds the commands of the runs that are not in the store.
    """

    row: str
    task: str
    metric: str
    sparsity: float
    scores: tuple[float, ...] = ()
    runs: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    undefined: tuple[str, ...] = ()
    seeds: tuple[int, ...] = ()
    published: PublishedValue | None = None  # the paper's value

    @property
    def summary(self) -> Summary | None:
        return summarize(self.scores) if self.scores else None

    @property
    def by_seed(self) -> dict[int, float]:
        """The score of each seed."""
        return dict(zip(self.seeds, self.scores, strict=True))

    def matching(self, full: Measurement) -> Matching | None:
        """Compared with the full network on the same task; None while one of the two has no score."""
        return matching(self.scores, full.scores) if self.scores and full.scores else None


@dataclass(frozen=True)
class Exhibit:
    """The measurements of one table or figure; ``drawn`` is ``table``, ``curves`` or ``heatmap``.

    ``rows`` and ``tasks`` give the order; ``caption`` is one sentence on what to look for; the other rows are compared
    with the row ``baseline``. Of a heat map, ``rule`` (a name of frame_rules.FRAME_RULES) says which cells are framed,
    ``counts_own_task`` whether a ticket's own task is among those that are counted, and ``absolute`` whether cells show
    scores instead of differences. ``own_tasks`` pairs a row with the task of its ticket where the two names differ.
    ``over_tasks`` are the rows that each row is compared with over all tasks together, empty for no such summary.
    ``question`` is what it helps to answer; ``overrides`` are what was typed that is not the experiment's own.
    ``without_ticket`` are the tasks on which no ticket wins, so that their columns lack the rows with a ticket.
    """

    name: str
    title: str
    caption: str
    drawn: str
    rows: tuple[str, ...]
    tasks: tuple[str, ...]
    measurements: tuple[Measurement, ...]
    notes: tuple[str, ...] = ()
    baseline: str = "full"
    rule: str = "within_deviation"
    counts_own_task: bool = False
    absolute: bool = False
    own_tasks: tuple[tuple[str, str], ...] = ()
    over_tasks: tuple[str, ...] = ()
    question: str = ""
    overrides: tuple[str, ...] = ()
    without_ticket: tuple[str, ...] = ()

    def at(self, row: str, task: str, metric: str | None = None) -> tuple[Measurement, ...]:
        """The measurements of a row on a task by a metric, None: by each of its metrics; by rising sparsity."""
        here = self._by_place.get((row, task), ())
        return here if metric is None else tuple(one for one in here if one.metric == metric)

    @property
    def runs(self) -> list[str]:
        """The names of all runs, sorted."""
        return sorted({name for measurement in self.measurements for name in measurement.runs})

    @property
    def missing(self) -> tuple[str, ...]:
        """The commands of the runs that are missing."""
        return tuple(command for measurement in self.measurements for command in measurement.missing)

    @cached_property
    def _by_place(self) -> dict[tuple[str, str], tuple[Measurement, ...]]:
        places: dict[tuple[str, str], list[Measurement]] = {}
        for measurement in sorted(self.measurements, key=lambda m: m.sparsity):
            places.setdefault((measurement.row, measurement.task), []).append(measurement)
        return {place: tuple(measurements) for place, measurements in places.items()}


@dataclass(frozen=True)
class _Report:
    """``tasks`` are those that appear in it; ``missing`` are the commands of runs that are not in the store.

    ``question`` and ``overrides`` are as in ``Exhibit``.
    """

    name: str
    title: str
    caption: str
    _: KW_ONLY
    tasks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    question: str = ""
    overrides: tuple[str, ...] = ()


@dataclass(frozen=True)
class TextTable(_Report):
    """A table of ready texts: ``head`` and lines of the same width."""

    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Matrix(_Report):
    """Fractions from 0 to 1 by rows and columns, None if not known yet: overlap of masks, sparsity by layer."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True)
class Round:
    """A pruning round trains ``kept`` and leaves ``left``, fractions of the prunable weights; ``score`` is of ``kept``.

    None until the round has run.
    """

    kept: float | None
    score: float | None
    left: float


@dataclass(frozen=True)
class PruningRounds(_Report):
    """The rounds that find a ticket; scores are of ``metric``, as fractions. ``full`` is the full network."""

    metric: str
    rounds: tuple[Round, ...]
    full: Measurement


@dataclass(frozen=True)
class Profile:
    """Of a row, the share of its runs above each threshold; ``bands`` are 95 % intervals, None with single runs.

    ``sparsity`` is set where a row has several, ``part`` where it is not on all tasks: ``9 of 11 tasks``.
    """

    row: str
    sparsity: float | None
    shares: tuple[float, ...]
    bands: tuple[Interval | None, ...]
    part: str = ""


@dataclass(frozen=True)
class Profiles(_Report):
    """Performance profiles over all tasks together; ``thresholds`` are fractions of the gap closed."""

    thresholds: tuple[float, ...]
    profiles: tuple[Profile, ...]


Plottable = Exhibit | Matrix | PruningRounds | Profiles
Reportable = Plottable | TextTable
