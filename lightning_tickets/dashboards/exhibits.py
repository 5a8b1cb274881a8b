"""The exhibits of a study as one run of a dashboard: judged cells, curves of means, pictures. No torch here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from math import isfinite
from typing import Any

from lightning_tickets.composition.environment import ALLOWED
from lightning_tickets.composition.sweep import Sweep
from lightning_tickets.dashboards.content import Curves, DashboardRun, DashboardTable
from lightning_tickets.report.figures.draw import png
from lightning_tickets.report.layout import columns, sparsities
from lightning_tickets.report.sections import picture
from lightning_tickets.studies.comparison import Comparison, compare_with_baseline
from lightning_tickets.studies.measurement import Exhibit, Measurement
from lightning_tickets.studies.statistics.bootstrap import ExampleBootstrap
from lightning_tickets.tickets.logged import study_tag

COLUMNS = ("row", "task", "metric", "sparsity", "n", "mean", "deviation", "difference", "p", "verdict", "runs")


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
        tags=(study_tag(sweep.name), "row:report", f"scale:{sweep.scale}"),
        summary={},
        tables=tables,
        curves={key: curves for one in exhibits for key, curves in curves_of(one).items()},
        pictures=pictures,
    )


def cells_key(exhibit: str) -> str:
    """What the table of an exhibit's cells goes by."""
    return f"cells/{exhibit}"


def picture_key(exhibit: str) -> str:
    """What its picture goes by."""
    return f"exhibits/{exhibit}"


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


def curves_of(exhibit: Exhibit) -> Mapping[str, Curves]:
    """The means of its rows on each task, by each metric, that is shown at several sparsities; by the curves' key."""
    heads = columns(exhibit)
    several = Counter(head.task for head in heads)
    curves = {}
    for head in heads:
        rows = {row: exhibit.at(row, head.task, head.metric) for row in exhibit.rows}
        if any(len(sparsities(measurements)) > 1 for measurements in rows.values()):
            key = f"means/{exhibit.name}/{head.task}" + (f"/{head.metric}" if several[head.task] > 1 else "")
            curves[key] = {row: _points(own) for row, own in rows.items()}
    return curves


def _points(measurements: Sequence[Measurement]) -> tuple[tuple[float, float], ...]:
    means = [(round(100 * one.sparsity, 2), one.summary.mean) for one in measurements if one.summary]
    return tuple((sparsity, mean) for sparsity, mean in means if isfinite(mean))


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None
