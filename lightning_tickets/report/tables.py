"""An exhibit as text: CSV in the form of the published numbers, Markdown, LaTeX."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from lightning_tickets.report.cells import Cell, percent
from lightning_tickets.report.footnotes import LISTED, commands, flat, footnotes
from lightning_tickets.report.latex import tabular
from lightning_tickets.report.layout import Block, Layout, lay_out, shown
from lightning_tickets.report.names import metric_name, task_name
from lightning_tickets.studies.finding import Exhibit, Finding

CSV_COLUMNS = ("row", "statistic", "sparsity", "task", "metric", "value", "std", "kind", "n")


def csv_text(exhibit: Exhibit) -> str:
    """The columns of the published CSVs and n; a finding without scores leaves no line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    writer.writerows(line for finding in shown(exhibit) for line in csv_lines(finding))
    return text.getvalue()


def csv_lines(finding: Finding) -> Iterator[tuple[str, ...]]:
    summary = finding.summary
    if summary is None:
        return
    where = (decimal(finding.sparsity), task_name(finding.task), finding.metric)
    std = "" if summary.std is None else decimal(100 * summary.std)
    for statistic, value in (("mean", summary.mean), ("median", summary.median), ("best", summary.best)):
        spread = std if statistic == "mean" else ""
        yield (task_name(finding.row), statistic, *where, decimal(100 * value), spread, "absolute", str(summary.n))


def decimal(value: float) -> str:
    """At most four decimals, at least one, no negative zero."""
    return str(round(value, 4) + 0.0)


def markdown(exhibit: Exhibit) -> str:
    """A section: heading, what it shows, the table, footnotes, and the commands of the missing runs."""
    layout = lay_out(exhibit)
    parts = [f"## {plain(exhibit.title)}", plain(exhibit.shows), "\n".join(pipes(layout))]
    parts.append("\n".join(f"- {plain(note)}" for note in footnotes(exhibit, layout)))
    if lines := commands(exhibit):
        parts += [LISTED, "\n".join(["```sh", *lines, "```"])]
    return "\n\n".join(part for part in parts if part) + "\n"


def pipes(layout: Layout) -> Iterator[str]:
    heads = layout.columns
    yield piped(["", *(plain(task_name(head.task)) for head in heads)])
    yield piped(["---", *("---:" for _ in heads)])
    yield piped(["Metric", *(plain(metric_name(head.metric)) for head in heads)])
    if any(head.sparsity is not None for head in heads):
        yield piped(["Sparsity", *("" if head.sparsity is None else percent(head.sparsity) for head in heads)])
    for block in layout.blocks:
        yield from block_pipes(block, len(heads))


def block_pipes(block: Block, width: int) -> Iterator[str]:
    if block.sparsity is not None:
        yield piped([f"*Sparsity {percent(block.sparsity)}*", *[""] * width])
    for line in block.lines:
        yield piped([plain(line.label), *(markdown_cell(cell) for cell in line.cells)])


def piped(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def markdown_cell(cell: Cell) -> str:
    number = f"{cell.mean} ± {cell.std}" if cell.std else cell.mean
    text = (f"**{number}**" if cell.best else number) + cell.marks
    return f"{text} ({cell.n})" if cell.n else text


def plain(text: str) -> str:
    """Text that Markdown shows as it stands: a name is data, no markup."""
    escaped = re.sub(r"([\\`*\[\]|~$])", r"\\\1", flat(text)).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"(?<![^\W_])_|_(?![^\W_])", r"\\_", escaped)


def latex(exhibit: Exhibit) -> str:
    """A tabular for booktabs with its footnotes, to be input inside a table; the commands are comments."""
    layout = lay_out(exhibit)
    return tabular(layout, footnotes(exhibit, layout), commands(exhibit))
