"""A report as data: what report.json holds, and all that the pages are made of."""

from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from lightning_tickets.errors import Damaged
from lightning_tickets.report.table import Table
from lightning_tickets.runs.files import read

FILE = "report.json"


@dataclass(frozen=True)
class Key:
    """What the shades of a heat map mean, classes of page.css from one end to the other."""

    shades: tuple[str, ...]
    ends: tuple[str, str]
    label: str


@dataclass(frozen=True)
class Point:
    """A mean with its deviation, in points, at a sparsity in percent; ``link`` is the id of the runs behind it."""

    x: float
    y: float
    std: float
    link: str
    label: str
    undefined: bool = False


@dataclass(frozen=True)
class Curve:
    """A row of the exhibit; ``look`` numbers its color and its marker."""

    label: str
    look: int
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Panel:
    """The curves of one task with its sparsities, the ticks of scores, and the full network's mean and deviation."""

    title: str
    task: str
    across: tuple[float, ...]
    up: tuple[float, ...]
    band: tuple[float, float] | None
    curves: tuple[Curve, ...]

    @property
    def labels(self) -> tuple[float, ...]:
        """The sparsities that are written below, at most six."""
        return self.across[:: -max(1, ceil(len(self.across) / 6))][::-1]

    def x(self, percent: float) -> float:
        """Where a sparsity lies in the panel's box of 240 by 150."""
        low, high = self.across[0], self.across[-1]
        return round(48 + 170 * (percent - low) / ((high - low) or 1), 1)

    def y(self, points: float) -> float:
        """Where a score lies in it, within its axes."""
        low, high = self.up[0], self.up[-1]
        return round(128 - 106 * min(1, max(0, (points - low) / (high - low))), 1)


@dataclass(frozen=True)
class Figure:
    """``alt`` describes it in words, ``width`` is in pixels, ``file`` lies next to the page.

    The page draws a heat map or panels itself; without either it shows the file.
    """

    file: str
    alt: str
    width: int
    notes: tuple[str, ...]
    caption: str = ""
    heat: Table | None = None
    key: Key | None = None
    panels: tuple[Panel, ...] = ()


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
    """One exhibit of a report. ``files`` lie next to the page; differences are from ``baseline``."""

    table: Table
    figure: Figure | None
    files: tuple[str, ...]
    side_tables: tuple[SideTable, ...]
    runs: tuple[RunsRow, ...]
    question: str = ""
    baseline: str = ""


@dataclass(frozen=True)
class About:
    """What was asked for, and of what the scores are.

    ``options`` are of the config groups that all runs share; ``overrides`` are what was typed that is not the
    experiment's own; ``facts`` are sentences on when and where the runs were made and drawn; ``against`` is the other
    store or version that the tables are compared with.
    """

    of_paper: bool = False
    options: tuple[tuple[str, str], ...] = ()
    overrides: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    against: str = ""


NO_ABOUT = About()


@dataclass(frozen=True)
class Report:
    """One experiment at one scale. ``version`` is raised when a field changes its meaning."""

    version: Literal[2]
    title: str
    scale: str
    notes: tuple[str, ...]
    sections: tuple[Section, ...]
    about: About = NO_ABOUT

    @property
    def links(self) -> list[RunLink]:
        """The runs behind all numbers."""
        return [run for section in self.sections for row in section.runs for run in row.runs]


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
