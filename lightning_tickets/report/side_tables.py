"""The tables that accompany an exhibit: its numbers compared with the paper's, and its statistical tests."""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from types import MappingProxyType

from lightning_tickets.points import points, signed
from lightning_tickets.published.numbers import PublishedValue
from lightning_tickets.report.build_table import build_table
from lightning_tickets.report.differences import baseline_name
from lightning_tickets.report.formatting import MISSING, percent
from lightning_tickets.report.layout import in_order
from lightning_tickets.report.names import metric_name, row_name, task_name
from lightning_tickets.report.table import Table
from lightning_tickets.studies.comparison import ALPHA, MARGIN, Comparison, baseline_of
from lightning_tickets.studies.measurement import Exhibit, Measurement, Reportable, TextTable
from lightning_tickets.studies.statistics.significance import Interval

Comparisons = Mapping[str, Sequence[Comparison]]
"""By the exhibit's name."""
NO_COMPARISONS: Comparisons = MappingProxyType({})
PAPER_HEAD = ("Row", "Task", "Metric", "Sparsity", "Ours", "Sparsity (paper)", "Paper", "Ours minus paper")
ON_PAPER = "Paper:"  # how notes about the paper's numbers begin
TESTS = ("Difference", "95 % (Welch)", "p", "p (Holm)", "p (paired)", "p (TOST)", "95 % (examples)")
TESTS_HEAD = ("Row", "Task", "Metric", "Sparsity", "n", *TESTS, "Verdict", "Flags")


def side_tables(exhibit: Reportable, comparisons: Comparisons) -> Iterator[tuple[str, Table]]:
    """Each with its heading on the page; none for what is not an exhibit, or has nothing to compare with."""
    if isinstance(exhibit, Exhibit):
        if any(measurement.published for measurement in exhibit.measurements):
            yield "Compared with the paper", build_table(versus_paper(exhibit))
        if comparisons.get(exhibit.name):
            yield "Better, worse, the same?", build_table(significance(exhibit, comparisons[exhibit.name]))


def place(measurement: Measurement) -> tuple[str, str, str, str]:
    """Row, task, metric and sparsity, spelled for people."""
    row, task, metric = row_name(measurement.row), task_name(measurement.task), metric_name(measurement.metric)
    return row, task, metric, percent(measurement.sparsity)


def versus_paper(exhibit: Exhibit) -> TextTable:
    """One line for each cell with a published number."""
    published = [(measurement, measurement.published) for measurement in in_order(exhibit) if measurement.published]
    only_differences = {number.difference for _, number in published} == {True}
    what = f"Means minus those of {baseline_name(exhibit)}" if only_differences else "Means"
    return TextTable(
        name=f"{exhibit.name}.paper",
        title=f"{exhibit.title}: compared with the paper",
        caption=f"{what}, in points (0 to 100). The paper's numbers are of BERT-base on real data.",
        head=PAPER_HEAD,
        lines=tuple((*place(one), *ours_and_published(exhibit, one, number)) for one, number in published),
        tasks=exhibit.tasks,
        notes=tuple(note for note in exhibit.notes if note.startswith(ON_PAPER)),
        overrides=exhibit.overrides,
    )


def ours_and_published(exhibit: Exhibit, measurement: Measurement, number: PublishedValue) -> tuple[str, ...]:
    ours = difference(exhibit, measurement) if number.difference else mean(measurement)
    write, value = signed if number.difference else points, number.value / 100
    gap = (MISSING, MISSING) if ours is None else (write(ours, 2), signed(ours - value, 2))
    return gap[0], percent(number.percent / 100), write(value, 2), gap[1]


def mean(measurement: Measurement | None) -> float | None:
    """None without scores, and for a mean that is not finite."""
    summary = measurement.summary if measurement else None
    return summary.mean if summary and isfinite(summary.mean) else None


def difference(exhibit: Exhibit, measurement: Measurement) -> float | None:
    """From the mean of the exhibit's baseline on the same task."""
    ours, theirs = mean(measurement), mean(baseline_of(exhibit, measurement))
    return None if ours is None or theirs is None else ours - theirs


def significance(exhibit: Exhibit, comparisons: Sequence[Comparison]) -> TextTable:
    """The statistical tests of each cell against its baseline."""
    return TextTable(
        name=f"{exhibit.name}.tests",
        title=f"{exhibit.title}: better, worse, the same?",
        caption=f"Differences from {row_name(exhibit.baseline)} in points. Welch's interval and p are over seeds, "
        "Holm's p over all lines; paired: by seed; TOST: whether the two are the same within "
        f"{100 * MARGIN:g} point; examples: a bootstrap of the development set. Better or worse: Holm's p < {ALPHA:g}; "
        f"same: TOST's p < {ALPHA:g}; otherwise it cannot be told.",
        head=TESTS_HEAD,
        lines=tuple((*place(one.measurement), *tests(one)) for one in comparisons),
        tasks=exhibit.tasks,
        overrides=exhibit.overrides,
    )


def tests(one: Comparison) -> tuple[str, ...]:
    """A question mark where there are too few runs for a test."""
    welch, paired = one.welch, one.paired
    return (
        str(len(one.measurement.scores)),
        signed(welch.difference) if welch else "?",
        interval(welch.interval if welch else None),
        probability(welch.p if welch else None),
        probability(one.adjusted),
        probability(paired.p if paired else None),
        probability(one.equivalence),
        interval(one.examples),
        one.verdict,
        "; ".join(one.flags),
    )


def interval(bounds: Interval | None) -> str:
    return f"{signed(bounds.low)} to {signed(bounds.high)}" if bounds else "?"


def probability(p: float | None) -> str:
    return "?" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"
