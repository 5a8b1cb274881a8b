"""LaTeX of an exhibit's table, and what stands below any table; it needs booktabs and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lightning_tickets.report.content.cells import Cell, percent
from lightning_tickets.report.content.footnotes import LISTED
from lightning_tickets.report.content.layout import Block, Layout, Line
from lightning_tickets.report.content.names import metric_name, row_symbol, task_name

SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "|": r"\textbar{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    "±": r"\ensuremath{\pm}",
    "⊙": r"\ensuremath{\odot}",
    "θ": r"\ensuremath{\theta}",
    "₀": r"\ensuremath{_0}",
    "′": r"\ensuremath{'}",
    "″": r"\ensuremath{''}",
    "—": "---",
    "†": r"\ensuremath{\dagger}",
    "‡": r"\ensuremath{\ddagger}",
    "§": r"\S{}",
    "¶": r"\P{}",
} | {sign: "\\" + sign for sign in "&%$#_{}"}


def escape(text: str) -> str:
    """On one line, every character that LaTeX would read as its own turned into itself."""
    return "".join(SPECIAL.get(sign, sign) for sign in " ".join(text.split()))


def fragment(tabular: Iterable[str], notes: Sequence[str], commands: Sequence[str]) -> str:
    """The notes follow in a minipage; ``commands`` become comments, where they can be copied from."""
    lines = list(tabular)
    if notes:
        lines += [r"\par\smallskip", r"\begin{minipage}{\linewidth}\footnotesize"]
        lines += [*(rf"{escape(note)}\par" for note in notes), r"\end{minipage}"]
    lines += [f"% {line}" for line in ([LISTED, *commands] if commands else [])]
    return "\n".join(lines) + "\n"


def tabular(layout: Layout) -> Iterator[str]:
    yield rf"\begin{{tabular}}{{l{'r' * len(layout.columns)}}}"
    yield r"\toprule"
    yield from head(layout)
    for block in layout.blocks:
        yield r"\midrule"
        yield from body(block, len(layout.columns))
    yield r"\bottomrule"
    yield r"\end{tabular}"


def head(layout: Layout) -> Iterator[str]:
    heads = layout.columns
    yield joined(["", *(escape(task_name(column.task)) for column in heads)])
    yield joined(["Metric", *(escape(metric_name(column.metric)) for column in heads)])
    if any(column.sparsity is not None for column in heads):
        yield joined(["Sparsity", *(share(column.sparsity) for column in heads)])


def body(block: Block, width: int) -> Iterator[str]:
    if block.sparsity is not None:
        yield rf"\multicolumn{{{width + 1}}}{{l}}{{\emph{{Sparsity {share(block.sparsity)}}}}} \\"
    for line in block.lines:
        yield joined([label(line), *(cell_text(cell) for cell in line.cells)])


def joined(cells: Iterable[str]) -> str:
    return rf"{' & '.join(cells)} \\"


def label(line: Line) -> str:
    symbol = row_symbol(line.row)
    if symbol is None:
        return escape(line.label)
    return symbol if line.sparsity is None else f"{symbol}, {share(line.sparsity)}"


def share(sparsity: float | None) -> str:
    return "" if sparsity is None else percent(sparsity).replace(" %", r"\,\%")


def cell_text(cell: Cell) -> str:
    mean = escape(cell.mean)
    number = rf"{mean} $\pm$ {cell.std}" if cell.std else mean
    if cell.best:
        number = rf"\textbf{{{mean}}}" + number.removeprefix(mean)
    marks = rf"\textsuperscript{{{escape(cell.marks)}}}" if cell.marks else ""
    return number + marks + (f" ({cell.n})" if cell.n else "")
