"""From exhibits to a report as data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from lightning_tickets.report.build_table import build_table
from lightning_tickets.report.document import Figure, Section, SideTable
from lightning_tickets.report.figures.draw import caption
from lightning_tickets.report.layout import in_order
from lightning_tickets.report.runs_behind import runs_row
from lightning_tickets.report.side_tables import side_tables
from lightning_tickets.report.verdicts import Judgements
from lightning_tickets.studies.finding import Exhibit, Pictured, Sheet, Shown

DRAWN = {
    "table": ("csv", "md", "tex"),
    "curves": ("png", "svg", "csv"),
    "heatmap": ("png", "svg", "csv", "md", "tex"),
}
SIDE = ("csv", "md")


def formats(exhibit: Shown) -> tuple[str, ...]:
    """The suffixes of its files; ValueError for an exhibit that is drawn in no known way."""
    if isinstance(exhibit, Sheet):
        return DRAWN["table"]
    if not isinstance(exhibit, Exhibit):
        return ("png", "svg", "csv", "md")
    if exhibit.drawn not in DRAWN:
        raise ValueError(f"exhibit {exhibit.name}: unknown drawn={exhibit.drawn!r}; choose from {', '.join(DRAWN)}")
    return DRAWN[exhibit.drawn]


def picture(exhibit: Shown) -> Pictured | None:
    """What a figure is drawn of, None for what is a table only."""
    return None if isinstance(exhibit, Sheet) or "svg" not in formats(exhibit) else exhibit


def section(exhibit: Shown, drawing: bytes | None, links: Mapping[str, str], judgements: Judgements) -> Section:
    """``drawing`` is the SVG of its figure; ``links`` maps the name of a run to the address of its folder."""
    sides = side_tables(exhibit, judgements)
    return Section(
        build_table(exhibit),
        figure(exhibit, drawing) if drawing and not isinstance(exhibit, Sheet) else None,
        files(exhibit.name, formats(exhibit)),
        tuple(SideTable(summary, table, files(table.name, SIDE)) for summary, table in sides),
        tuple(runs_row(exhibit.name, one, links) for one in in_order(exhibit)) if isinstance(exhibit, Exhibit) else (),
    )


def files(name: str, suffixes: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{name}.{suffix}" for suffix in suffixes)


def figure(exhibit: Pictured, drawing: bytes) -> Figure:
    return Figure(f"{exhibit.name}.svg", f"{exhibit.title}. {caption(exhibit)}", width(drawing), exhibit.notes)


def width(drawing: bytes) -> int:
    """In pixels, 1.5 times as large as drawn, so that a small figure on a wide page stays small."""
    drawn = re.search(rb'<svg [^>]*width="([\d.]+)pt"', drawing)
    return min(1152, round(2 * float(drawn[1]))) if drawn else 1152
