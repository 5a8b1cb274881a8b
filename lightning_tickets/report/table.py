"""What is shown as a table, before it has any format: the writers for CSV, Markdown, LaTeX and HTML take a `Table`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lightning_tickets.report.formatting import one_line

COMMANDS_TITLE = "The commands of the missing runs"


@dataclass(frozen=True)
class Cell:
    """``text`` may be followed by ``deviation`` (after ±), superscript ``marks``, and a ``note`` such as ``n=2 of 3``.

    ``link`` is the id of the runs behind the number, ``link_label`` its description; ``latex`` replaces ``text`` there.
    ``shade`` is the colour of a heat map's cell, a class of page.css.
    """

    text: str = ""
    deviation: str = ""
    marks: str = ""
    note: str = ""
    bold: bool = False
    missing: bool = False
    link: str = ""
    link_label: str = ""
    latex: str = ""
    shade: str = ""


@dataclass(frozen=True)
class Column:
    """``task`` is the task that the column is about, if any; ``wrap`` allows line breaks for sentences."""

    task: str = ""
    align: Literal["left", "right"] = "right"
    wrap: bool = False


@dataclass(frozen=True)
class Row:
    """The first cell is the label of the row; ``task`` is the task that the row is about, if any."""

    cells: tuple[Cell, ...]
    task: str = ""


@dataclass(frozen=True)
class Group:
    """Rows below a common title; without a title they follow the header directly."""

    rows: tuple[Row, ...]
    title: str = ""


@dataclass(frozen=True)
class Table:
    """``name`` names its files. ``header`` has one or more rows; ``commands`` are shell lines for the missing runs.

    ``records`` are the lines of its CSV where these are not the table itself; ``overrides`` are what was typed that is
    not the experiment's own. ValueError for a row of another width.
    """

    name: str
    title: str
    caption: str
    columns: tuple[Column, ...]
    header: tuple[tuple[str, ...], ...]
    groups: tuple[Group, ...]
    tasks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    records: tuple[tuple[str, ...], ...] = ()
    overrides: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        widths = {len(self.columns), *map(len, self.header), *(len(row.cells) for row in self.rows)}
        if len(widths) > 1 or not self.columns:
            raise ValueError(f"table {self.name}: expected rows of one width >= 1, got widths {sorted(widths)}")

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for group in self.groups for row in group.rows)

    @property
    def missing(self) -> tuple[str, ...]:
        """The commands without the comments between them."""
        return tuple(line for line in self.commands if not line.startswith("# "))


def command_lines(commands: Iterable[str]) -> tuple[str, ...]:
    """Each command once, on a line of its own."""
    return tuple(one_line(command) for command in dict.fromkeys(commands))
