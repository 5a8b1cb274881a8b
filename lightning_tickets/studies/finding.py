"""What studies hand to reports: plain values, no tensors, no drawing."""

from __future__ import annotations

from dataclasses import dataclass

from lightning_tickets.published.numbers import Printed
from lightning_tickets.studies.statistics import Summary, Verdicts, judge, summarize


@dataclass(frozen=True)
class Finding:
    """One cell of a table or point of a curve: the scores of its runs.

    ``sparsity`` is a fraction of the prunable weights; ``scores`` are fractions (0.914, not 91.4), one for each
    run in ``runs``, by the seeds in ``seeds``; ``missing`` holds the commands of the runs that are not there yet.
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
    printed: Printed | None = None  # what the paper prints of it

    @property
    def summary(self) -> Summary | None:
        return summarize(self.scores) if self.scores else None

    def verdicts(self, full: Finding) -> Verdicts | None:
        """Against the full network on the same task, None as long as one of the two has no score."""
        return judge(self.scores, full.scores) if self.scores and full.scores else None


@dataclass(frozen=True)
class Exhibit:
    """One table or figure of the paper, filled: ``drawn`` says how (``table``, ``curves`` or ``heatmap``).

    ``rows`` and ``tasks`` give the order of what is shown; ``shows`` is one sentence on what to look for; ``baseline``
    is the row that the others are compared with.
    """

    name: str
    title: str
    shows: str
    drawn: str
    rows: tuple[str, ...]
    tasks: tuple[str, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    baseline: str = "full"

    def at(self, row: str, task: str) -> tuple[Finding, ...]:
        """The findings of a row on a task, by rising sparsity."""
        found = [f for f in self.findings if (f.row, f.task) == (row, task)]
        return tuple(sorted(found, key=lambda f: f.sparsity))


@dataclass(frozen=True)
class Sheet:
    """A table of words and numbers as they stand: ``head`` and lines of the same width.

    ``tasks`` are those it tells of; ``missing`` the commands of runs that it still waits for.
    """

    name: str
    title: str
    shows: str
    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    tasks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Matrix:
    """Fractions from 0 to 1 by rows and columns, None where there is none yet: overlap of masks, sparsity by layer."""

    name: str
    title: str
    shows: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    tasks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Round:
    """What it trains and what it leaves, as fractions of the prunable weights; the score is of what it trains.

    None as long as it has not run.
    """

    kept: float | None
    score: float | None
    left: float


@dataclass(frozen=True)
class Search:
    """One search for a ticket, round by round; scores are of ``metric``, as fractions."""

    name: str
    title: str
    shows: str
    metric: str
    rounds: tuple[Round, ...]
    tasks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


Pictured = Exhibit | Matrix | Search
Shown = Pictured | Sheet
"""What a study hands to reports."""
