"""The one step from an exhibit, a sheet or a matrix to the lines of its files, which looks the same for all three."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from lightning_tickets.report.content import records
from lightning_tickets.report.content.cells import MISSING
from lightning_tickets.report.content.footnotes import commands, flat, footnotes, lacking
from lightning_tickets.report.content.layout import lay_out, shown
from lightning_tickets.report.forms import grids, latex, markup, pipes
from lightning_tickets.studies.measurement import (
    Exhibit,
    Matrix,
    Measurement,
    Plottable,
    PruningRounds,
    Reportable,
    TextTable,
)

SUFFIXES = {
    "table": ("csv", "md", "tex"),
    "curves": ("png", "svg", "csv"),
    "heatmap": ("png", "svg", "csv", "md", "tex"),
}
Lines = Callable[[], Iterable[str]]


@dataclass(frozen=True)
class View:
    """``records`` are lines of CSV, ``pipes`` of Markdown, ``tabular`` of LaTeX, ``table`` of HTML.

    ``notes`` stand below each of them; ``commands`` are lines for a shell, ``missing`` the bare commands in them;
    ``picture`` is what a figure is drawn of.
    """

    suffixes: tuple[str, ...]
    records: Callable[[], Iterable[Sequence[str]]]
    pipes: Lines
    tabular: Lines
    table: Lines
    notes: tuple[str, ...]
    missing: tuple[str, ...]
    commands: tuple[str, ...]
    measurements: tuple[Measurement, ...] = ()
    picture: Plottable | None = None


def view(what: Reportable) -> View:
    """Raises ValueError for what no file can show."""
    match what:
        case Exhibit():
            return of_exhibit(what)
        case TextTable():
            return of_sheet(what)
        case Matrix():
            return of_matrix(what)
        case PruningRounds():
            return of_search(what)


def of_exhibit(exhibit: Exhibit) -> View:
    if exhibit.drawn not in SUFFIXES:
        raise ValueError(f"exhibit {exhibit.name}: drawn is one of {', '.join(SUFFIXES)}, not {exhibit.drawn!r}")
    layout, measurements = lay_out(exhibit), tuple(shown(exhibit))
    return View(
        SUFFIXES[exhibit.drawn],
        partial(records.records, exhibit),
        partial(pipes.pipes, layout),
        partial(latex.tabular, layout),
        partial(markup.table, layout, exhibit.name),
        footnotes(exhibit, layout),
        tuple(command for measurement in measurements for command in measurement.missing),
        tuple(commands(exhibit)),
        measurements,
        None if exhibit.drawn == "table" else exhibit,
    )


def of_sheet(given: TextTable) -> View:
    sheet = grids.checked(given)
    return View(
        ("csv", "md", "tex"),
        partial(grids.records, sheet),
        partial(grids.pipes, sheet),
        partial(grids.tabular, sheet),
        partial(grids.table, sheet),
        (*waiting(sheet.missing), *sheet.notes),
        sheet.missing,
        bare(sheet.missing),
    )


def of_matrix(matrix: Matrix) -> View:
    """What is read of it is a sheet; its CSV has more decimals and leaves gaps empty."""
    sheet = grids.of_matrix(matrix, grids.percentage)
    gaps = any(MISSING in line for line in sheet.lines)
    unit = f"In percent; {MISSING} not there yet." if gaps else "In percent."
    read = of_sheet(replace(sheet, notes=(unit, *matrix.notes), missing=matrix.missing))
    exact = partial(grids.records, grids.of_matrix(matrix, grids.exact))
    return replace(read, suffixes=("png", "svg", "csv", "md"), records=exact, picture=grids.named(matrix))


def of_search(search: PruningRounds) -> View:
    """What is read of it is a sheet, a line a round."""
    read = of_sheet(grids.of_search(search))
    return replace(read, suffixes=("png", "svg", "csv", "md"), picture=search)


def waiting(missing: Sequence[str]) -> list[str]:
    told = lacking(missing)
    return [f"{told}."] if told else []


def bare(missing: Sequence[str]) -> tuple[str, ...]:
    return tuple(flat(command) for command in dict.fromkeys(missing))
