"""Curves of score against sparsity, a panel for each task."""

from math import ceil, isfinite
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from lightning_tickets.report.footnotes import absent
from lightning_tickets.report.layout import Column, columns, lowest
from lightning_tickets.report.names import FULL, row_name
from lightning_tickets.studies.measurement import Exhibit, Measurement

OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
ACROSS = 4


def figure(exhibit: Exhibit) -> Figure:
    heads = columns(exhibit)
    across = max(1, min(ACROSS, len(heads)))
    down = max(1, ceil(len(heads) / across))
    drawn = Figure(figsize=(max(5.2, 2.6 * across), 2.1 * down + 1.5), layout="constrained")
    above = drawn.add_subfigure(drawn.add_gridspec()[0])  # the legend stands below its panels, the caption below both
    axes = list(above.subplots(down, across, squeeze=False).flat)
    keys: dict[str, Line2D] = {}
    for axis, head in zip(axes, heads, strict=False):
        keys |= panel(axis, exhibit, head)
    for axis in axes[len(heads) :]:
        axis.set_axis_off()
    for axis in axes[max(0, len(heads) - across) : len(heads)]:
        axis.set_xlabel("Sparsity (%)")
    above.supylabel("Score (points)", fontsize=8)
    rows = [row for row in exhibit.rows if row in keys]
    above.legend(
        [keys[row] for row in rows],
        list(map(row_name, rows)),
        loc="outside lower center",
        ncols=3 if across > 2 else 2,
        frameon=False,
    )
    return drawn


def panel(axis: Axes, exhibit: Exhibit, head: Column) -> dict[str, Line2D]:
    """Draw one task; returns what the legend shows of each row drawn."""
    axis.set_title(head.title)
    axis.yaxis.set_major_locator(MaxNLocator(5))
    keys: dict[str, Line2D] = {}
    full = lowest(exhibit, FULL, head)
    if full and full.summary:
        keys[FULL] = baseline(axis, full.summary.mean, full.summary.std)
    rows = [row for row in exhibit.rows if row != FULL]
    for index, row in enumerate(rows):
        measurements = [f for f in exhibit.at(row, head.task, head.metric) if f.scores]
        if measurements:
            keys[row] = curve(axis, index, measurements)
    levels = [f.sparsity for row in rows for f in exhibit.at(row, head.task, head.metric)]
    ticks(axis, sorted({round(100 * sparsity, 4) for sparsity in levels}))
    if not keys:
        axis.text(0.5, 0.5, missing(exhibit, head), transform=axis.transAxes, ha="center", va="center", color="#555555")
        axis.set_yticks([])
    return keys


def baseline(axis: Axes, mean: float, std: float | None) -> Line2D:
    if std is not None:
        axis.axhspan(100 * (mean - std), 100 * (mean + std), color="#000000", alpha=0.1, linewidth=0)
    return axis.axhline(100 * mean, color="#000000", linestyle="--", linewidth=1)


def curve(axis: Axes, index: int, measurements: list[Measurement]) -> Line2D:
    """One row; a single run has no bar, a score that is undefined is a hollow marker."""
    color, marker = OKABE_ITO[index % len(OKABE_ITO)], MARKERS[index % len(MARKERS)]
    summaries = [measurement.summary for measurement in measurements if measurement.summary]
    x = [100 * measurement.sparsity for measurement in measurements]
    y = [100 * summary.mean for summary in summaries]
    bars = [100 * (summary.std or 0.0) for summary in summaries]
    look: dict[str, Any] = {"color": color, "marker": marker, "markersize": 4}
    axis.errorbar(x, y, yerr=bars, color=color, linestyle="none", linewidth=1, capsize=2)
    (line,) = axis.plot(x, y, linewidth=1.2, **look)
    for a, b, measurement in zip(x, y, measurements, strict=True):
        if measurement.undefined and isfinite(b):
            axis.plot(a, b, markerfacecolor="white", **look)
    return line


def ticks(axis: Axes, sparsities: list[float]) -> None:
    """At the sparsities themselves, thinned out where there are many; those that have not run are included."""
    if not sparsities:
        axis.set_xticks([])
        return
    kept = sparsities[:: -ceil(len(sparsities) / 6)][::-1]
    axis.set_xticks(kept, [f"{one:g}" for one in kept])
    margin = max(2.0, 0.05 * (sparsities[-1] - sparsities[0]))
    axis.set_xlim(sparsities[0] - margin, sparsities[-1] + margin)


def missing(exhibit: Exhibit, head: Column) -> str:
    here = [f for row in exhibit.rows for f in exhibit.at(row, head.task, head.metric)]
    return "\n".join(line for line in ("no scores yet", absent(here)) if line)
