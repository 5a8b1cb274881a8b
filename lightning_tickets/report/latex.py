"""A table as LaTeX, to be input inside a table environment; it needs booktabs and nothing else."""

from collections.abc import Iterable, Iterator

from lightning_tickets.report.formatting import one_line
from lightning_tickets.report.table import COMMANDS_TITLE, Cell, Group, Table

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
    "−": r"\ensuremath{-}",
    "—": "---",
    "†": r"\ensuremath{\dagger}",
    "‡": r"\ensuremath{\ddagger}",
    "§": r"\S{}",
    "¶": r"\P{}",
} | {sign: "\\" + sign for sign in "&%$#_{}"}


def write(table: Table) -> str:
    """A tabular, its notes in a minipage, and the commands of the missing runs as comments."""
    lines = list(tabular(table))
    if table.notes:
        lines += [r"\par\smallskip", r"\begin{minipage}{\linewidth}\footnotesize"]
        lines += [*(rf"{escape(note)}\par" for note in table.notes), r"\end{minipage}"]
    if table.commands:
        lines += [f"% {command}" for command in (f"{COMMANDS_TITLE}:", *table.commands)]
    return "\n".join(lines) + "\n"


def tabular(table: Table) -> Iterator[str]:
    yield rf"\begin{{tabular}}{{{''.join(column.align[0] for column in table.columns)}}}"
    yield r"\toprule"
    yield from (line(map(escape, row)) for row in table.header)
    for group in table.groups:
        yield r"\midrule"
        yield from body(group, len(table.columns))
    yield r"\bottomrule"
    yield r"\end{tabular}"


def body(group: Group, width: int) -> Iterator[str]:
    if group.title:
        yield rf"\multicolumn{{{width}}}{{l}}{{\emph{{{escape(group.title)}}}}} \\"
    yield from (line(map(cell_text, row.cells)) for row in group.rows)


def line(cells: Iterable[str]) -> str:
    return rf"{' & '.join(cells)} \\"


def cell_text(cell: Cell) -> str:
    text = cell.latex or escape(cell.text)
    number = rf"\textbf{{{text}}}" if cell.bold else text
    deviation = rf" $\pm$ {escape(cell.deviation)}" if cell.deviation else ""
    marks = rf"\textsuperscript{{{escape(cell.marks)}}}" if cell.marks else ""
    return number + deviation + marks + (f" ({escape(cell.note)})" if cell.note else "")


def escape(text: str) -> str:
    """On one line, with every special character of LaTeX escaped, and a thin space before a percent sign."""
    return "".join(SPECIAL.get(sign, sign) for sign in one_line(text)).replace(r" \%", r"\,\%")
