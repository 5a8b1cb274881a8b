"""What stands below a table: how to read its cells, and what is not there yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lightning_tickets.report.content.cells import MISSING, STRICT, UNDEFINED, WITHIN_FULL, WITHIN_OWN, percent
from lightning_tickets.report.content.differences import differences
from lightning_tickets.report.content.layout import Layout, full_network, shown, usual_runs
from lightning_tickets.report.content.names import FULL, task_name
from lightning_tickets.studies.measurement import Exhibit, Measurement

READINGS = {
    STRICT: "the mean is at least the full network's",
    WITHIN_FULL: "the mean is at most one standard deviation of the full network below the full network's",
    WITHIN_OWN: "the mean is at most one of its own standard deviations below the full network's",
}

LISTED = "The commands of the missing runs:"


def footnotes(exhibit: Exhibit, layout: Layout) -> tuple[str, ...]:
    """Only those that the table needs; the notes of the exhibit itself come last."""
    cells = layout.cells
    marks = "".join(cell.marks for cell in cells)
    notes = [counted(layout.usual_n, any(cell.n for cell in cells))]
    if any(cell.best for cell in cells):
        notes.append("Bold: the best row of a column, the full network left out.")
    notes += [f"{mark} {reading}." for mark, reading in READINGS.items() if mark in marks]
    notes += unjudged(exhibit, layout)
    notes += framed(exhibit)
    notes += undefined(exhibit)
    if any(cell.mean == MISSING for cell in cells):
        notes.append(f"{MISSING} not run yet.")
    if missing := absent(shown(exhibit)):
        notes.append(f"{missing}.")
    if any(cell.measurement is None for cell in cells):
        notes.append("An empty cell is not part of this exhibit.")
    return (*notes, *exhibit.notes)


def counted(usual: int, varies: bool) -> str:
    if not usual:
        return "No scores yet."
    otherwise = " unless a cell says otherwise" if varies else ""
    if usual == 1:
        return f"One run (n = 1) a cell{otherwise}, in points (0 to 100); a deviation needs two."
    return f"Mean ± sample standard deviation in points (0 to 100), n = {usual} runs a cell{otherwise}."


def unjudged(exhibit: Exhibit, layout: Layout) -> list[str]:
    """A single run of the full network has no deviation, so its reading is neither won nor lost."""
    single = single_runs(full_network(exhibit, head) for head in layout.columns)
    if not single or all(row == FULL for row in exhibit.rows):
        return []
    return [f"{WITHIN_FULL} cannot be judged where the full network has one run: {single}."]


def single_runs(rivals: Iterable[Measurement | None]) -> str:
    """The tasks on which a baseline has one run."""
    return ", ".join(dict.fromkeys(task_name(rival.task) for rival in rivals if rival and len(rival.scores) == 1))


def framed(exhibit: Exhibit) -> list[str]:
    """The counts beside the rows of a heat map, which its table has no column for."""
    rows = differences(exhibit).rows if exhibit.drawn == "heatmap" else ()
    if not rows:
        return []
    counts = "; ".join(f"{row.label}: {row.count}" for row in rows)
    return [f"Framed in the heat map, of the cells that can be judged, a row's own task left out: {counts}."]


def undefined(exhibit: Exhibit) -> list[str]:
    found = [
        f"{place(measurement)}: {', '.join(measurement.undefined)}"
        for measurement in shown(exhibit)
        if measurement.undefined
    ]
    return [f"{UNDEFINED} undefined scores: {'; '.join(found)}."] if found else []


def absent(measurements: Sequence[Measurement]) -> str:
    return lacking(command for measurement in measurements for command in measurement.missing)


def lacking(commands: Iterable[str]) -> str:
    """How many runs are missing; a run that several cells wait for counts once."""
    count = len(set(commands))
    if not count:
        return ""
    return "1 run is missing" if count == 1 else f"{count} runs are missing"


def runs_behind(exhibit: Exhibit) -> str:
    """How many runs stand behind a number: ``n = 5 runs``."""
    counts = sorted({len(measurement.scores) for measurement in shown(exhibit) if measurement.scores})
    usual = usual_runs(exhibit)
    n = f"n = {usual}" if len(counts) == 1 else f"n = {counts[0]} to {counts[-1]}, mostly {usual}"
    return f"{n} {'run' if counts == [1] else 'runs'}"


def place(measurement: Measurement) -> str:
    """As it is typed: ``imp on SST-2 at 60 %``."""
    return f"{measurement.row} on {task_name(measurement.task)} at {percent(measurement.sparsity)}"


def commands(exhibit: Exhibit) -> list[str]:
    """Lines for a shell: above the commands of each cell a comment that names the cell."""
    lines: list[str] = []
    for measurement in shown(exhibit):
        if measurement.missing:
            asked = len(measurement.scores) + len(measurement.missing)
            lines.append(flat(f"# {place(measurement)}: {len(measurement.missing)} of {asked} runs missing"))
            lines += [flat(command) for command in dict.fromkeys(measurement.missing)]
    return lines


def flat(text: str) -> str:
    """On one line, whatever a name holds."""
    return " ".join(text.split())
