"""From exhibits to a report as data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from lightning_tickets.report.build_table import build_table
from lightning_tickets.report.document import Figure, Section, SideTable
from lightning_tickets.report.figures.draw import caption
from lightning_tickets.report.formatting import anchor
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


def formats(shown: Shown) -> tuple[str, ...]:
    """The suffixes of its files; ValueError for an exhibit that is drawn in no known way."""
    if isinstance(shown, Sheet):
        return DRAWN["table"]
    if not isinstance(shown, Exhibit):
        return ("png", "svg", "csv", "md")
    if shown.drawn not in DRAWN:
        raise ValueError(f"exhibit {shown.name}: unknown drawn={shown.drawn!r}; choose from {', '.join(DRAWN)}")
    return DRAWN[shown.drawn]


def picture(shown: Shown) -> Pictured | None:
    """What a figure is drawn of, None for what is a table only."""
    return None if isinstance(shown, Sheet) or "svg" not in formats(shown) else shown


def section(shown: Shown, drawing: bytes | None, links: Mapping[str, str], judgements: Judgements) -> Section:
    """``drawing`` is the SVG of its figure; ``links`` maps the name of a run to the address of its folder."""
    sides = side_tables(shown, judgements)
    return Section(
        anchor(shown.name),
        build_table(shown),
        figure(shown, drawing) if drawing and not isinstance(shown, Sheet) else None,
        files(shown.name, formats(shown)),
        tuple(SideTable(summary, table, files(table.name, SIDE)) for summary, table in sides),
        tuple(runs_row(shown.name, one, links) for one in in_order(shown)) if isinstance(shown, Exhibit) else (),
    )


def files(name: str, suffixes: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{name}.{suffix}" for suffix in suffixes)


def figure(shown: Pictured, drawing: bytes) -> Figure:
    return Figure(f"{shown.name}.svg", f"{shown.title}. {caption(shown)}", width(drawing), shown.notes)


def width(drawing: bytes) -> int:
    """In pixels, 1.5 times as large as drawn, so that a small figure on a wide page stays small."""
    drawn = re.search(rb'<svg [^>]*width="([\d.]+)pt"', drawing)
    return min(1152, round(2 * float(drawn[1]))) if drawn else 1152
