"""The exhibits of a study as one run of a dashboard: judged cells, curves of means, pictures. No torch here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from math import isfinite
from typing import Any

from lightning_tickets.composition.environment import ALLOWED
from lightning_tickets.composition.sweep import Sweep
from lightning_tickets.dashboards.content import DashboardRun, DashboardTable
from lightning_tickets.report.figures.draw import png
from lightning_tickets.report.sections import picture
from lightning_tickets.studies.comparison import Comparison, compare_with_baseline
from lightning_tickets.studies.measurement import Exhibit, Measurement
from lightning_tickets.studies.statistics.bootstrap import ExampleBootstrap

SPARSITY = "sparsity"  # in percent, the axis of the means
COLUMNS = ("row", "task", "metric", SPARSITY, "n", "mean", "deviation", "difference", "p", "verdict", "runs")


def study_run(sweep: Sweep) -> DashboardRun | None:
    """None for a sweep that draws nothing, or of which nothing is in the store.

    With other settings than the study's own, which its config lists, it is another run.
    """
    filled = sweep.fill_exhibits()
    exhibits = [one for one in filled if isinstance(one, Exhibit) and any(m.scores for m in one.measurements)]
    if not exhibits:
        return None
    examples = ExampleBootstrap(sweep.reader.columns)
    tables = {cells_key(one.name): _cells(one, compare_with_baseline(one, examples)) for one in exhibits}
    pictures = {picture_key(one.name): png(what) for one in filled if (what := picture(one)) is not None}
    overrides = [line for line in sweep.composer.common if not line.lstrip("+~").startswith(ALLOWED)]
    name = f"study-{sweep.label}" + (f"-{sha256(' '.join(overrides).encode()).hexdigest()[:8]}" if overrides else "")
    return DashboardRun(
        *(name, name, sweep.label, "report"),
        config={"study": sweep.name, "title": sweep.title, "scale": sweep.scale, "overrides": overrides},
        tags=(f"study:{sweep.name}", "row:report", f"scale:{sweep.scale}"),
        summary={},
        axis=SPARSITY,
        rows=_curves(exhibits),
        tables=tables,
        pictures=pictures,
    )


def cells_key(exhibit: str) -> str:
    """What the table of an exhibit's cells goes by."""
    return f"cells/{exhibit}"


def picture_key(exhibit: str) -> str:
    """What its picture goes by."""
    return f"exhibits/{exhibit}"


def mean_key(exhibit: str, task: str, row: str) -> str:
    """What the mean of a row on a task goes by."""
    return f"mean/{exhibit}/{task}/{row}"


def _cells(exhibit: Exhibit, comparisons: Sequence[Comparison]) -> DashboardTable:
    """A line for each cell that has a score; what is not compared, or cannot be, has no difference."""
    judged = {id(one.measurement): one for one in comparisons}
    shown = (m for row in exhibit.rows for task in exhibit.tasks for m in exhibit.at(row, task) if m.scores)
    return DashboardTable(COLUMNS, tuple(_cell(one, judged.get(id(one))) for one in shown))


def _cell(measurement: Measurement, comparison: Comparison | None) -> tuple[Any, ...]:
    summary = measurement.summary
    assert summary is not None, "it has scores"
    welch = comparison.welch if comparison else None
    return (
        *(measurement.row, measurement.task, measurement.metric, 100 * measurement.sparsity, summary.n),
        *(_finite(summary.mean), summary.std, welch.difference if welch else None),
        *(comparison.adjusted if comparison else None, comparison.verdict if comparison else ""),
        " ".join(measurement.runs),
    )


def _curves(exhibits: Iterable[Exhibit]) -> tuple[Mapping[str, float], ...]:
    """The means of all rows and tasks at each sparsity, rising."""
    rows: dict[float, dict[str, float]] = defaultdict(dict)
    for exhibit in exhibits:
        for one in exhibit.measurements:
            mean = _finite(one.summary.mean) if one.summary else None
            if mean is not None:
                rows[round(100 * one.sparsity, 2)][mean_key(exhibit.name, one.task, one.row)] = mean
    return tuple({SPARSITY: sparsity, **rows[sparsity]} for sparsity in sorted(rows))


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None
