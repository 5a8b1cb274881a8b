"""From exhibits to a folder of files: each exhibit in its formats, report.json, and the pages."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from lightning_tickets.report import csv, latex, markdown
from lightning_tickets.report.build_table import build_table
from lightning_tickets.report.document import FILE, NO_ABOUT, About, Report, read_report, to_json
from lightning_tickets.report.kept import kept
from lightning_tickets.report.pages import experiment_page, overall_page
from lightning_tickets.report.sections import SIDE, formats, picture, section
from lightning_tickets.report.side_tables import NO_COMPARISONS, Comparisons
from lightning_tickets.report.table import Table
from lightning_tickets.runs.files import put
from lightning_tickets.studies.measurement import Plottable, Reportable

PICTURES = ("png", "svg")
WRITERS: Mapping[str, Callable[[Table], str]] = {"csv": csv.write, "md": markdown.write, "tex": latex.write}


def write_report(
    folder: Path,
    title: str,
    exhibits: Sequence[Reportable],
    links: Mapping[str, str] = {},
    notes: Sequence[str] = (),
    comparisons: Comparisons = NO_COMPARISONS,
    scale: str = "pocket",
    about: About = NO_ABOUT,
    cache: Path | None = None,
) -> Path:
    """Returns the page, index.html. report.json comes last; the same input leaves the same bytes.

    ``links`` maps the name of a run to the address of its folder, relative to the page. ``cache`` is the folder in
    which drawings are kept.
    """
    twice = [name for name, number in Counter(exhibit.name for exhibit in exhibits).items() if number > 1]
    if twice:
        raise ValueError(f"exhibits would overwrite each other: {', '.join(twice)}")
    for exhibit in exhibits:
        write_exhibit(exhibit, folder, cache)
    pictures = {exhibit.name: (folder / f"{exhibit.name}.svg").read_bytes() for exhibit in exhibits if picture(exhibit)}
    sections = tuple(section(exhibit, pictures.get(exhibit.name), links, comparisons) for exhibit in exhibits)
    for side in (side for one in sections for side in one.side_tables):
        write_files(side.table, folder, SIDE)
    report = Report(2, title, scale, tuple(notes), sections, about)
    page = put(folder / "index.html", experiment_page(report, pictures))
    put(folder / FILE, to_json(report))
    return page


def write_overall(reports: Path) -> Path:
    """Made again from the report.json in each folder; returns its page, index.html."""
    folders = sorted(reports.iterdir(), key=lambda folder: natural(folder.name))
    read = {folder.name: read_report(folder / FILE) for folder in folders}
    return put(reports / "index.html", overall_page({name: report for name, report in read.items() if report}))


def natural(name: str) -> list[tuple[str, int]]:
    """Sorts table 10 after table 9."""
    return [(word, int(number or 0)) for word, number in re.findall(r"(\D*)(\d*)", name)]


def write_exhibit(exhibit: Reportable, folder: Path, cache: Path | None = None) -> list[Path]:
    """The files of one exhibit; raises ValueError for what cannot be shown, or for a name that is not a file's."""
    if not re.fullmatch(r"\w[\w.-]*", exhibit.name):
        raise ValueError(f"the name of an exhibit names its files, so it cannot be {exhibit.name!r}")
    what = picture(exhibit)
    drawn = drawings(what, cache) if what else {}
    return write_files(build_table(exhibit), folder, formats(exhibit), drawn)


def drawings(what: Plottable, cache: Path | None = None) -> dict[str, bytes]:
    """By format, each drawn again only if it has changed."""

    def draw(suffix: str) -> bytes:
        from lightning_tickets.report.figures.draw import encoded  # matplotlib is slow to import

        return encoded(what, suffix)

    source = repr(what)
    return {one: kept(cache and cache / f"{what.name}.{one}", source, partial(draw, one)) for one in PICTURES}


def write_files(table: Table, folder: Path, suffixes: Sequence[str], drawings: Mapping[str, bytes] = {}) -> list[Path]:
    contents = {suffix: drawings.get(suffix) or WRITERS[suffix](table) for suffix in suffixes}
    return [put(folder / f"{table.name}.{suffix}", content) for suffix, content in contents.items()]
