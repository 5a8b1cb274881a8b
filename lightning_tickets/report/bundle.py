"""A report as one file to send: its page, tables and figures, with the records of the runs that it links to."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lightning_tickets.report.document import FILE, JSON, Report, RunLink, to_json
from lightning_tickets.report.pages import experiment_page
from lightning_tickets.runs.files import file_size, put, read

RUNS = "runs"
RECORDS = ("spec.json", "result.json", "timing.json")


def write_bundle(folder: Path) -> Path:
    """``<folder>.zip`` beside the folder of a report, in which every link holds; the same report gives the same bytes.

    Damaged where the report or a record of a run cannot be read.
    """
    report = read(folder / FILE, JSON)
    inside, data = with_runs_inside(report), io.BytesIO()
    drawings = {Path(name).stem: (folder / name).read_bytes() for name in files(report) if name.endswith(".svg")}
    contents = {"index.html": experiment_page(inside, drawings, home="").encode(), FILE: to_json(inside)}
    contents |= {name: (folder / name).read_bytes() for name in files(report)}
    with ZipFile(data, "w", ZIP_DEFLATED) as archive:
        for name, content in (*sorted(contents.items()), *records(folder, report)):
            archive.writestr(ZipInfo(f"{folder.name}/{name}"), content, ZIP_DEFLATED)
    return put(folder.with_name(f"{folder.name}.zip"), data.getvalue())


def files(report: Report) -> set[str]:
    """The names of all tables and figures."""
    own = {name for section in report.sections for name in section.files}
    return own | {name for section in report.sections for side in section.side_tables for name in side.files}


def records(folder: Path, report: Report) -> Iterator[tuple[str, bytes]]:
    """The files of every run that is linked to, by their names in the bundle."""
    for name, place in sorted({run.name: run.folder for run in report.links if run.folder}.items()):
        for path in (folder / place / record for record in RECORDS):
            if path.exists() and file_size(path):
                yield f"{RUNS}/{name}/{path.name}", path.read_bytes()


def with_runs_inside(report: Report) -> Report:
    """The same report whose runs lie in a folder next to its page."""
    sections = (
        replace(section, runs=tuple(replace(row, runs=tuple(map(_inside, row.runs))) for row in section.runs))
        for section in report.sections
    )
    return replace(report, sections=tuple(sections))


def _inside(run: RunLink) -> RunLink:
    return replace(run, folder=f"{RUNS}/{run.name}") if run.folder else run
