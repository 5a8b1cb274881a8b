"""Table 5: the mean, the median and the best of the runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lightning_tickets.points import MISSING, points
from lightning_tickets.published.numbers import PublishedValue, published_value
from lightning_tickets.studies.exhibits.measured_grid import MeasuredGrid
from lightning_tickets.studies.measurement import Exhibit, Measurement, TextTable
from lightning_tickets.studies.sparsities import CellLookup, SparsityLookup, no_sparsity_known

STATISTICS = ("mean", "median", "best")
REPORTED = "huggingface_reported"
UNITS = "In points (0 to 100), the mean with its sample deviation; the sparsity is in brackets."


@dataclass(frozen=True)
class StatisticsTable(MeasuredGrid):
    """A grid with one line per row and statistic."""

    def fill(self, lookup: CellLookup, winning: SparsityLookup = no_sparsity_known) -> TextTable:
        exhibit = self._exhibit(lookup, winning)
        lines = []
        for row in exhibit.rows:
            by_task = [exhibit.at(row, task) for task in exhibit.tasks]
            for statistic in STATISTICS:
                lines.append((row, statistic, *(_texts(measurements, statistic) for measurements in by_task)))
                if self.published is not None:
                    values = self._published_texts(self.published, exhibit, row, statistic)
                    lines.append((row, f"{statistic} in the paper", *values))
            if self.published is not None and row == self.baseline:
                reported = self._published_texts(self.published, exhibit, REPORTED, "reported")
                lines.append((row, "reported by Hugging Face, in the paper", *reported))
        return TextTable(
            *self._heading,
            head=("row", "statistic", *exhibit.tasks),
            lines=tuple(lines),
            tasks=exhibit.tasks,
            notes=(UNITS, *exhibit.notes),
            missing=exhibit.missing,
        )

    def _published_texts(self, table: str, exhibit: Exhibit, row: str, statistic: str) -> Iterator[str]:
        """The paper's values on each task with their sparsities in brackets, also where ours is not known yet."""
        metrics = dict.fromkeys((one.task, one.metric) for one in exhibit.measurements)
        for task in exhibit.tasks:
            by_metric = (metric for of, metric in metrics if of == task)
            values = (published_value(table, row, task, metric, self.baseline, statistic) for metric in by_metric)
            yield ", ".join(_published_text(value) for value in values if value) or MISSING


def _published_text(value: PublishedValue) -> str:
    deviation = "" if value.std is None else f" ± {value.std}"
    return f"{value.value}{deviation}" + (f" ({value.percent} %)" if value.percent else "")


def _texts(measurements: Sequence[Measurement], statistic: str) -> str:
    """The statistic at each sparsity of the row on a task, with the number of runs where some are missing."""
    return ", ".join(_text(measurement, statistic) for measurement in measurements) or MISSING


def _text(measurement: Measurement, statistic: str) -> str:
    summary = measurement.summary
    about = [f"{round(100 * measurement.sparsity)} %"] if measurement.sparsity else []
    if summary and measurement.missing:
        about.append(f"n={summary.n} of {summary.n + len(measurement.missing)}")
    at = f" ({', '.join(about)})" if about else ""
    if summary is None:
        return f"{MISSING}{at}"
    std = f" ± {points(summary.std)}" if statistic == "mean" and summary.std is not None else ""
    return f"{points(getattr(summary, statistic))}{std}{at}"
