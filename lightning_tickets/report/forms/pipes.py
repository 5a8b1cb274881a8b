"""Markdown of an exhibit's table. All text from data goes through ``plain``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lightning_tickets.report.content.cells import Cell, percent
from lightning_tickets.report.content.footnotes import flat
from lightning_tickets.report.content.layout import Block, Layout
from lightning_tickets.report.content.names import metric_name, task_name


def pipes(layout: Layout) -> Iterator[str]:
    heads = layout.columns
    yield piped(["", *(plain(task_name(head.task)) for head in heads)])
    yield piped(["---", *("---:" for _ in heads)])
    yield piped(["Metric", *(plain(metric_name(head.metric)) for head in heads)])
    if any(head.sparsity is not None for head in heads):
        yield piped(["Sparsity", *("" if head.sparsity is None else percent(head.sparsity) for head in heads)])
    for block in layout.blocks:
        yield from body(block, len(heads))


def body(block: Block, width: int) -> Iterator[str]:
    if block.sparsity is not None:
        yield piped([f"*Sparsity {percent(block.sparsity)}*", *[""] * width])
    for line in block.lines:
        yield piped([plain(line.label), *(cell_text(cell) for cell in line.cells)])


def piped(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def cell_text(cell: Cell) -> str:
    number = f"{cell.mean} ± {cell.std}" if cell.std else cell.mean
    text = (f"**{number}**" if cell.best else number) + cell.marks
    return f"{text} ({cell.n})" if cell.n else text


def plain(text: str) -> str:
    """Text that Markdown shows as it stands: a name is data, no markup."""
    escaped = re.sub(r"([\\`*\[\]|~$])", r"\\\1", flat(text)).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"(?<![^\W_])_|_(?![^\W_])", r"\\_", escaped)
