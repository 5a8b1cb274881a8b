"""From exhibits to a report as data: tables, figures, side tables, and the runs behind each number."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import zip_longest
from math import isfinite

from lightning_tickets.points import points, signed
from lightning_tickets.report.build_table import build_table
from lightning_tickets.report.captions import caption
from lightning_tickets.report.charts import difference_map, panels, share_map
from lightning_tickets.report.differences import baseline_name
from lightning_tickets.report.document import Figure, RunLink, RunsRow, Section, SideTable
from lightning_tickets.report.exhibit_table import runs_id
from lightning_tickets.report.layout import in_order
from lightning_tickets.report.side_tables import Comparisons, difference, place, side_tables
from lightning_tickets.studies.measurement import Exhibit, Matrix, Measurement, Plottable, Reportable, TextTable

DRAWN = {
    "table": ("csv", "md", "tex"),
    "curves": ("png", "svg", "csv"),
    "heatmap": ("png", "svg", "csv", "md", "tex"),
}
SIDE = ("csv", "md")


def formats(exhibit: Reportable) -> tuple[str, ...]:
    """The suffixes of its files; ValueError for an exhibit that is drawn in no known way."""
    if isinstance(exhibit, TextTable):
        return DRAWN["table"]
    if not isinstance(exhibit, Exhibit):
        return ("png", "svg", "csv", "md")
    if exhibit.drawn not in DRAWN:
        raise ValueError(f"exhibit {exhibit.name}: unknown drawn={exhibit.drawn!r}; choose from {', '.join(DRAWN)}")
    return DRAWN[exhibit.drawn]


def picture(exhibit: Reportable) -> Plottable | None:
    """What a figure is drawn of, None for what is a table only."""
    return None if isinstance(exhibit, TextTable) or "svg" not in formats(exhibit) else exhibit


def section(exhibit: Reportable, drawing: bytes | None, links: Mapping[str, str], comparisons: Comparisons) -> Section:
    """``drawing`` is the SVG of its figure; ``links`` maps the name of a run to the address of its folder."""
    sides = side_tables(exhibit, comparisons)
    return Section(
        build_table(exhibit),
        figure(exhibit, drawing) if drawing and not isinstance(exhibit, TextTable) else None,
        files(exhibit.name, formats(exhibit)),
        tuple(SideTable(summary, table, files(table.name, SIDE)) for summary, table in sides),
        tuple(runs_row(exhibit, one, links) for one in in_order(exhibit)) if isinstance(exhibit, Exhibit) else (),
        exhibit.question,
        baseline_name(exhibit) if isinstance(exhibit, Exhibit) else "",
    )


def files(name: str, suffixes: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{name}.{suffix}" for suffix in suffixes)


def figure(exhibit: Plottable, drawing: bytes) -> Figure:
    alt, notes = f"{exhibit.title}. {caption(exhibit)}", exhibit.notes
    shown = Figure(f"{exhibit.name}.svg", alt, width(drawing), notes)
    match exhibit:
        case Exhibit(drawn="heatmap"):
            heat, key = difference_map(exhibit)
            return replace(shown, caption=caption(exhibit), heat=heat, key=key)
        case Exhibit():
            return replace(shown, caption=caption(exhibit), panels=panels(exhibit))
        case Matrix():
            heat, key = share_map(exhibit)
            return replace(shown, heat=heat, key=key)
    return shown


def width(drawing: bytes) -> int:
    """In pixels, 1.5 times as large as drawn, so that a small figure on a wide page stays small."""
    drawn = re.search(rb'<svg [^>]*width="([\d.]+)pt"', drawing)
    return min(1152, round(2 * float(drawn[1]))) if drawn else 1152


def runs_row(exhibit: Exhibit, measurement: Measurement, links: Mapping[str, str]) -> RunsRow:
    """``links`` maps the name of a run to the address of its folder."""
    runs = (
        RunLink(run or "unnamed run", "" if value is None else score(value), links.get(run or "", ""))
        for run, value in zip_longest(measurement.runs, measurement.scores)
    )
    gap = difference(exhibit, measurement)
    cells = (*place(measurement), *numbers(measurement), "" if gap is None else signed(gap, 2))
    return RunsRow(runs_id(exhibit.name, measurement), measurement.task, cells, tuple(runs))


def numbers(measurement: Measurement) -> tuple[str, ...]:
    """n, mean, deviation, median and best."""
    summary = measurement.summary
    if summary is None:
        return "0", "", "", "", ""
    std = "" if summary.std is None else score(summary.std)
    return str(summary.n), score(summary.mean), std, score(summary.median), score(summary.best)


def score(fraction: float) -> str:
    return points(fraction, 2) if isfinite(fraction) else "undefined"
