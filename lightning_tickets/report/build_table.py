"""From exhibits, sheets, matrices and searches to tables."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from math import ceil, floor, isfinite
from typing import TypeGuard

from lightning_tickets.points import points
from lightning_tickets.report.exhibit_table import exhibit_table
from lightning_tickets.report.footnotes import changed
from lightning_tickets.report.formatting import MISSING, decimal, missing_runs, percent
from lightning_tickets.report.names import metric_name, row_name, task_name
from lightning_tickets.report.table import Cell, Column, Group, Row, Table, command_lines
from lightning_tickets.studies.measurement import (
    Exhibit,
    Matrix,
    Measurement,
    Profile,
    Profiles,
    PruningRounds,
    Reportable,
    TextTable,
)

NUMBER = re.compile(r"(< )?[+−-]?\d")
NO_NUMBER = {"", "?", MISSING}
STEP = 0.05  # the ends of a matrix's colors are multiples of it
LONG = 40  # characters; longer texts are broken into lines
TASK = "Task"
ROW = (("row",), ("Row",))  # how the head of a table begins that is about rows


def build_table(exhibit: Reportable) -> Table:
    """With a note on what was changed by hand; raises ValueError where a line is not as wide as the head."""
    table = unchanged_table(exhibit)
    return replace(table, notes=(*changed(exhibit.overrides), *table.notes), overrides=exhibit.overrides)


def unchanged_table(exhibit: Reportable) -> Table:
    match exhibit:
        case Exhibit():
            return exhibit_table(exhibit)
        case TextTable():
            return sheet_table(exhibit)
        case Matrix():
            return matrix_table(exhibit)
        case PruningRounds():
            return search_table(exhibit)
        case Profiles():
            return profiles_table(exhibit)


def sheet_table(sheet: TextTable, gaps: bool = False) -> Table:
    """Tasks and rows are spelled for people. A column or a line that is about a task names it: by its head or ``Task``.

    With ``gaps`` a dash marks a missing cell. The CSV has the rows' keys.
    """
    names = {task_name(task): task for task in sheet.tasks}
    spell = {task: name for name, task in names.items()}
    head = tuple(spell.get(text, text) for text in sheet.head)
    records = [tuple(spell.get(text, text) for text in line) for line in sheet.lines]
    by_row = head[:1] in ROW
    lines = [(*map(spelled_row, line[:1]), *line[1:]) if by_row else line for line in records]
    by = head.index(TASK) if TASK in head else 0
    texts = [[line[at] for line in lines if at < len(line)] for at in range(len(head))]
    columns = [column(names.get(text, ""), own) for text, own in zip(head, texts, strict=True)]
    cells = [tuple(Cell(text, missing=gaps and text == MISSING) for text in line) for line in lines]
    rows = (Row(own, names.get(line[by], "")) for own, line in zip(cells, lines, strict=True))
    return Table(
        sheet.name,
        sheet.title,
        sheet.caption,
        (*(replace(first, align="left", wrap=False) for first in columns[:1]), *columns[1:]),
        (head,),
        (Group(tuple(rows)),),
        sheet.tasks,
        (*waiting(sheet.missing), *sheet.notes),
        command_lines(sheet.missing),
        records=(head, *records) if by_row else (),
    )


def spelled_row(text: str) -> str:
    """A row's name, which may go on after a comma: ``imp, 70 %``."""
    row, *further = text.split(", ", 1)
    return ", ".join([row_name(row), *further])


def column(task: str, texts: Sequence[str]) -> Column:
    """A column of numbers is aligned to the right."""
    values = [text for text in texts if text not in NO_NUMBER]
    right = bool(values) and all(map(NUMBER.match, values))
    return Column(task, "right" if right else "left", not right and max(map(len, texts), default=0) > LONG)


def waiting(missing: Iterable[str]) -> tuple[str, ...]:
    text = missing_runs(missing)
    return (f"{text}.",) if text else ()


def with_names(matrix: Matrix) -> Matrix:
    """With rows and columns spelled for people."""
    return replace(matrix, rows=tuple(map(row_name, matrix.rows)), columns=tuple(map(task_name, matrix.columns)))


def matrix_table(matrix: Matrix) -> Table:
    """Its CSV has more decimals and leaves gaps empty."""
    gaps = any(not known(value) for line in matrix.values for value in line)
    notes = (f"In percent; {MISSING} not there yet." if gaps else "In percent.", *matrix.notes)
    table = numbers_table(replace(matrix, notes=notes), *matrix_lines(matrix, percentage))
    return replace(table, records=matrix_lines(matrix, exact))


def numbers_table(what: Matrix | PruningRounds | Profiles, head: tuple[str, ...], *lines: tuple[str, ...]) -> Table:
    sheet = TextTable(
        what.name,
        what.title,
        what.caption,
        head=head,
        lines=lines,
        tasks=what.tasks,
        notes=what.notes,
        missing=what.missing,
    )
    return sheet_table(sheet, gaps=True)


def matrix_lines(matrix: Matrix, spell: Callable[[float | None], str]) -> tuple[tuple[str, ...], ...]:
    """The head, then a line for each row; ValueError where there are more rows than names, or fewer."""
    named = with_names(matrix)
    filled = zip(named.rows, named.values, strict=True)
    return (("", *named.columns), *((row, *map(spell, values)) for row, values in filled))


def share_range(matrix: Matrix) -> tuple[float, float]:
    """Multiples of STEP around its shares, without those that compare a row with itself; 0 to 1 if there are none."""
    cells = [
        (row == column, value)
        for row, line in zip(matrix.rows, matrix.values, strict=True)
        for column, value in zip(matrix.columns, line, strict=True)
    ]
    shares = [value for itself, value in cells if not itself and known(value)]
    low, high = (round(value / STEP, 6) for value in (min(shares, default=0), max(shares, default=1)))
    return STEP * floor(low), STEP * max(ceil(high), floor(low) + 1)


def search_table(search: PruningRounds) -> Table:
    """One line per round; the full network is a note."""
    head = ("Round", "Weights trained (%)", f"Score ({metric_name(search.metric)})", "Weights left (%)")
    numbers = (map(percentage, (one.kept, one.score, one.left)) for one in search.rounds)
    named = replace(search, notes=(*full_network(search.full), *search.notes))
    return numbers_table(named, head, *((str(at), *line) for at, line in enumerate(numbers, start=1)))


def profiles_table(profiles: Profiles) -> Table:
    """A line for every tenth of the gap; its CSV has all thresholds, with the bands."""
    head = ("Gap closed above (%)", *map(profile_name, profiles.profiles))
    lines = (
        (points(threshold, 0), *(points(one.shares[at]) for one in profiles.profiles))
        for at, threshold in enumerate(profiles.thresholds)
        if round(100 * threshold) % 10 == 0
    )
    notes = ("The share of runs, in percent.", *profiles.notes)
    return replace(numbers_table(replace(profiles, notes=notes), head, *lines), records=profile_records(profiles))


def profile_records(profiles: Profiles) -> tuple[tuple[str, ...], ...]:
    """A line for each row and threshold, in percent; the band is empty where there is none."""
    records = (
        (profile_name(one), *map(exact, (threshold, share, *((band.low, band.high) if band else (None, None)))))
        for one in profiles.profiles
        for threshold, share, band in zip(profiles.thresholds, one.shares, one.bands, strict=True)
    )
    return (("row", "gap closed above", "share of runs", "low", "high"), *records)


def profile_name(profile: Profile) -> str:
    sparsity = "" if profile.sparsity is None else percent(profile.sparsity)
    return ", ".join(filter(None, (row_name(profile.row), sparsity, profile.part)))


def full_network(full: Measurement) -> Iterator[str]:
    """Its score in a sentence."""
    if (summary := full.summary) and isfinite(summary.mean):
        std = "" if summary.std is None else f" ± {points(summary.std)}"
        yield f"The full network: {points(summary.mean)}{std}, n = {summary.n}."


def percentage(share: float | None) -> str:
    """As the figure writes it."""
    return points(share) if known(share) else MISSING


def exact(share: float | None) -> str:
    """In percent too; empty where there is no number."""
    return decimal(100 * share) if known(share) else ""


def known(share: float | None) -> TypeGuard[float]:
    return share is not None and isfinite(share)
