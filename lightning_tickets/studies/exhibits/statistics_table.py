"""Table 5: the mean, the median and the best of the runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lightning_tickets.published.numbers import published_value
from lightning_tickets.studies.exhibits.grid import Grid
from lightning_tickets.studies.measurement import Measurement, TextTable
from lightning_tickets.studies.sparsities import CellLookup, SparsityLookup, no_sparsity_known

STATISTICS = ("mean", "median", "best")
UNITS = "In points (0 to 100), the mean with its sample deviation; the sparsity is in brackets."


@dataclass(frozen=True)
class StatisticsTable(Grid):
    """A grid with one line per row and statistic."""

    def fill(self, lookup: CellLookup, winning: SparsityLookup = no_sparsity_known) -> TextTable:
        exhibit = self._exhibit(lookup, winning)
        lines = []
        for row in exhibit.rows:
            by_task = [exhibit.at(row, task) for task in exhibit.tasks]
            for statistic in STATISTICS:
                lines.append((row, statistic, *(_texts(measurements, statistic) for measurements in by_task)))
                if self.published is not None:
                    values = (self._published_texts(self.published, m, statistic) for m in by_task)
                    lines.append((row, f"{statistic} in the paper", *values))
        return TextTable(
            *self._heading,
            head=("row", "statistic", *exhibit.tasks),
            lines=tuple(lines),
            tasks=exhibit.tasks,
            notes=(UNITS, *exhibit.notes),
            missing=tuple(command for measurement in exhibit.measurements for command in measurement.missing),
        )

    def _published_texts(self, table: str, measurements: Sequence[Measurement], statistic: str) -> str:
        """The paper's values, each once, with their sparsities in brackets."""
        values = (published_value(table, m.row, m.task, m.metric, self.baseline, statistic) for m in measurements)
        texts = (f"{v.value}" + (f" ({v.percent} %)" if v.percent else "") for v in dict.fromkeys(values) if v)
        return ", ".join(texts) or "—"


def _texts(measurements: Sequence[Measurement], statistic: str) -> str:
    """The statistic at each sparsity of the row on a task."""
    return ", ".join(_text(measurement, statistic) for measurement in measurements) or "—"


def _text(measurement: Measurement, statistic: str) -> str:
    summary = measurement.summary
    at = f" ({round(100 * measurement.sparsity)} %)" if measurement.sparsity else ""
    if summary is None:
        return f"—{at}"
    value = f"{100 * getattr(summary, statistic):.1f}"
    return (f"{value} ± {100 * summary.std:.1f}" if statistic == "mean" and summary.std is not None else value) + at
