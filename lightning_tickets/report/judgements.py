"""The judgement of an exhibit as a table: Markdown, CSV and HTML of the same lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from lightning_tickets.report.cells import percent, signed
from lightning_tickets.report.markup import head_row, text
from lightning_tickets.report.names import metric_name, row_name, task_name
from lightning_tickets.report.tables import piped, plain
from lightning_tickets.studies.inference import Interval
from lightning_tickets.studies.judgement import MARGIN, Judged

HEAD = (
    "Row",
    "Task",
    "Metric",
    "Sparsity",
    "n",
    "Difference",
    "95 % (Welch)",
    "p",
    "p (Holm)",
    "p (paired)",
    "p (TOST)",
    "95 % (examples)",
    "Verdict",
    "Flags",
)


def lines(judgements: Sequence[Judged]) -> Iterator[tuple[str, ...]]:
    """A line a cell; what cannot be told is a question mark."""
    for one in judgements:
        finding, welch = one.finding, one.welch
        yield (
            row_name(finding.row),
            task_name(finding.task),
            metric_name(finding.metric),
            percent(finding.sparsity),
            str(len(finding.scores)),
            signed(welch.difference) if welch else "?",
            interval(welch.interval if welch else None),
            probability(welch.p if welch else None),
            probability(one.adjusted),
            probability(one.paired.p if one.paired else None),
            probability(one.equivalence.p if one.equivalence else None),
            interval(one.examples),
            one.verdict,
            "; ".join(one.flags),
        )


def interval(found: Interval | None) -> str:
    return f"{signed(found.low)} to {signed(found.high)}" if found else "?"


def probability(p: float | None) -> str:
    return "?" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"


def explained(baseline: str) -> str:
    return (
        f"Differences from {row_name(baseline)} in points. Welch's interval and p are over seeds, Holm's p over all "
        f"lines; paired: by seed; TOST: whether the two are the same within {100 * MARGIN:g} point; examples: a "
        "bootstrap of the development set. Better or worse: Holm's p < 0.05; same: TOST's p < 0.05; otherwise it "
        "cannot be told."
    )


def markdown(baseline: str, judgements: Sequence[Judged]) -> str:
    rows = [piped(HEAD), piped("---" for _ in HEAD), *(piped(map(plain, line)) for line in lines(judgements))]
    return "\n".join([*rows, "", explained(baseline)]) + "\n"


def csv_text(judgements: Sequence[Judged]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    writer.writerows(lines(judgements))
    return out.getvalue()


def table(judgements: Sequence[Judged]) -> Iterator[str]:
    yield '<table class="runs">\n<thead>'
    yield head_row(*HEAD)
    yield "</thead>\n<tbody>"
    for first, *rest in lines(judgements):
        cells = "".join(f'<td class="left">{text(cell)}</td>' for cell in rest)
        yield f'<tr><th scope="row">{text(first)}</th>{cells}</tr>'
    yield "</tbody>\n</table>"
