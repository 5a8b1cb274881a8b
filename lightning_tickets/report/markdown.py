"""A table as a section of Markdown. All text from data is escaped by ``plain``."""

import re
from collections.abc import Iterable, Iterator

from lightning_tickets.report.formatting import one_line
from lightning_tickets.report.table import COMMANDS_TITLE, Cell, Table


def write(table: Table) -> str:
    """Heading, what it shows, the table, notes, and the commands of the missing runs."""
    return "\n\n".join(part for part in parts(table) if part) + "\n"


def parts(table: Table) -> Iterator[str]:
    yield f"## {plain(table.title)}"
    yield plain(table.caption)
    yield "\n".join(grid(table))
    yield "\n".join(f"- {plain(note)}" for note in table.notes)
    if table.commands:
        yield f"{COMMANDS_TITLE}:"
        yield "\n".join(["```sh", *table.commands, "```"])


def grid(table: Table) -> Iterator[str]:
    """Markdown has one header row: further ones become rows of the body, as do the titles of groups."""
    first, *further = table.header
    yield line(map(plain, first))
    yield line("---" if column.align == "left" else "---:" for column in table.columns)
    yield from (line(map(plain, row)) for row in further)
    for group in table.groups:
        if group.title:
            yield line([f"*{plain(group.title)}*", *[""] * (len(table.columns) - 1)])
        yield from (line(map(cell_text, row.cells)) for row in group.rows)


def line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def cell_text(cell: Cell) -> str:
    number = plain(f"{cell.text} ± {cell.deviation}" if cell.deviation else cell.text)
    text = (f"**{number}**" if cell.bold else number) + plain(cell.marks)
    return f"{text} ({plain(cell.note)})" if cell.note else text


def plain(text: str) -> str:
    """Text that Markdown shows literally: a name is data, not markup."""
    escaped = re.sub(r"([\\`*\[\]|~$])", r"\\\1", one_line(text)).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"(?<![^\W_])_|_(?![^\W_])", r"\\_", escaped)
