"""Sheets, line by line: Markdown, LaTeX and HTML, with the columns of numbers set to the right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import isfinite
from typing import TypeGuard

from lightning_tickets.report.content.cells import MISSING, points
from lightning_tickets.report.content.names import metric_name, row_name, task_name
from lightning_tickets.report.content.records import decimal
from lightning_tickets.report.forms.latex import escape, joined
from lightning_tickets.report.forms.markup import text
from lightning_tickets.report.forms.pipes import piped, plain
from lightning_tickets.studies.measurement import Matrix, PruningRounds, TextTable

NUMBER = re.compile(r"(< )?[+−-]?\d")
BLANK = {"", "?", MISSING}
LONG = 40
TASK = "Task"


def records(sheet: TextTable) -> Iterator[tuple[str, ...]]:
    yield from (sheet.head, *sheet.lines)


def pipes(sheet: TextTable) -> Iterator[str]:
    yield piped(map(plain, sheet.head))
    yield piped("---:" if right else "---" for right in numeric(sheet))
    yield from (piped(map(plain, line)) for line in sheet.lines)


def tabular(sheet: TextTable) -> Iterator[str]:
    yield rf"\begin{{tabular}}{{{''.join('r' if right else 'l' for right in numeric(sheet))}}}"
    yield r"\toprule"
    yield joined(map(escape, sheet.head))
    yield r"\midrule"
    yield from (joined(map(escape, line)) for line in sheet.lines)
    yield r"\bottomrule"
    yield r"\end{tabular}"


def table(sheet: TextTable) -> Iterator[str]:
    """A column or a line of a task says so, as those of exhibits do: by its head, or by what it has under ``Task``."""
    sides = [look(*column) for column in zip(numeric(sheet), columns(sheet), strict=True)]
    own = {task_name(task): f' data-task="{text(task)}"' for task in sheet.tasks}
    yield '<table class="sheet">\n<thead>'
    heads = zip(sides, sheet.head, strict=True)
    named = (f'<th scope="col"{side}{own.get(cell, "")}>{text(cell)}</th>' for side, cell in heads)
    yield f"<tr>{''.join(named)}</tr>"
    yield "</thead>\n<tbody>"
    by = sheet.head.index(TASK) if TASK in sheet.head else 0
    for line in sheet.lines:
        first, *rest = line
        cells = "".join(f"<td{side}>{text(cell)}</td>" for side, cell in zip(sides[1:], rest, strict=True))
        yield f'<tr{own.get(line[by], "")}><th scope="row">{text(first)}</th>{cells}</tr>'
    yield "</tbody>\n</table>"


def look(right: bool, column: Sequence[str]) -> str:
    """Sentences are broken into lines, names and numbers are not."""
    if right:
        return ""
    return ' class="left long"' if max(map(len, column), default=0) > LONG else ' class="left"'


def columns(sheet: TextTable) -> list[list[str]]:
    return [[line[at] for line in sheet.lines] for at in range(len(sheet.head))]


def numeric(sheet: TextTable) -> list[bool]:
    """Which columns hold numbers; the first names the lines and never counts as one."""
    return [at > 0 and numbers(column) for at, column in enumerate(columns(sheet))]


def numbers(column: Sequence[str]) -> bool:
    said = [cell for cell in column if cell not in BLANK]
    return bool(said) and all(NUMBER.match(cell) for cell in said)


def checked(sheet: TextTable) -> TextTable:
    """With its tasks spelled as the paper does; raises ValueError where a line is not as wide as the head."""
    if not sheet.head or any(len(line) != len(sheet.head) for line in sheet.lines):
        raise ValueError(f"sheet {sheet.name}: every line has the width of the head, which is one at least")
    lines = tuple(spelled(sheet, line) for line in sheet.lines)
    return replace(sheet, head=spelled(sheet, sheet.head), lines=lines)


def spelled(sheet: TextTable, line: Sequence[str]) -> tuple[str, ...]:
    return tuple(task_name(cell) if cell in sheet.tasks else cell for cell in line)


def named(matrix: Matrix) -> Matrix:
    """With rows and columns written for people."""
    return replace(matrix, rows=tuple(map(row_name, matrix.rows)), columns=tuple(map(task_name, matrix.columns)))


def of_matrix(matrix: Matrix, spell: Callable[[float | None], str]) -> TextTable:
    shown = named(matrix)
    filled = zip(shown.rows, shown.values, strict=True)
    lines = tuple((row, *map(spell, values)) for row, values in filled)
    return TextTable(
        matrix.name, matrix.title, matrix.caption, head=("", *shown.columns), lines=lines, tasks=matrix.tasks
    )


def of_search(search: PruningRounds) -> TextTable:
    head = ("Round", "Trains, % of the weights", f"Scores, {metric_name(search.metric)}", "Leaves, % of the weights")
    lines = tuple(
        (str(number), *map(percentage, (one.kept, one.score, one.left)))
        for number, one in enumerate(search.rounds, start=1)
    )
    return TextTable(
        search.name,
        search.title,
        search.caption,
        head=head,
        lines=lines,
        tasks=search.tasks,
        notes=search.notes,
        missing=search.missing,
    )


def percentage(share: float | None) -> str:
    """As the figure prints it."""
    return points(share) if known(share) else MISSING


def exact(share: float | None) -> str:
    """In percent too; where there is no number, nothing."""
    return decimal(100 * share) if known(share) else ""


def known(share: float | None) -> TypeGuard[float]:
    return share is not None and isfinite(share)
