"""A report as data: what report.json holds, and all that the pages are made of."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from lightning_tickets.errors import Damaged
from lightning_tickets.report.table import Table
from lightning_tickets.runs.files import read

FILE = "report.json"


@dataclass(frozen=True)
class Figure:
    """``alt`` describes it in words, ``width`` is in pixels, ``file`` lies next to the page."""

    file: str
    alt: str
    width: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class SideTable:
    """A table that accompanies an exhibit, folded below ``summary``."""

    summary: str
    table: Table
    files: tuple[str, ...]


@dataclass(frozen=True)
class RunLink:
    """A run behind a number: its score in points, and the address of its folder relative to the page, if known."""

    name: str
    score: str
    folder: str


@dataclass(frozen=True)
class RunsRow:
    """The runs behind one number; ``id`` is what the cell in the table links to."""

    id: str
    task: str
    cells: tuple[str, ...]
    runs: tuple[RunLink, ...]


@dataclass(frozen=True)
class Section:
    """One exhibit of a report. ``files`` lie next to the page."""

    table: Table
    figure: Figure | None
    files: tuple[str, ...]
    side_tables: tuple[SideTable, ...]
    runs: tuple[RunsRow, ...]


@dataclass(frozen=True)
class Report:
    """One experiment at one scale. ``version`` is raised when a field changes its meaning."""

    version: Literal[1]
    title: str
    scale: str
    notes: tuple[str, ...]
    sections: tuple[Section, ...]


JSON = TypeAdapter(Report)


def to_json(report: Report) -> bytes:
    """Fields at their default are left out."""
    return JSON.dump_json(report, indent=1, exclude_defaults=True) + b"\n"


def read_report(path: Path) -> Report | None:
    """None where there is no file, or none of this version and these types."""
    try:
        return read(path, JSON)
    except Damaged:
        return None
