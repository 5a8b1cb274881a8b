"""The notes below an exhibit's table: how to read its cells, and what is missing."""

from collections.abc import Iterable, Iterator, Sequence

from lightning_tickets.report.differences import baseline_name, differences
from lightning_tickets.report.formatting import MISSING, UNDEFINED, WITHIN, missing_runs, one_line, percent
from lightning_tickets.report.layout import Column, Layout, in_order, lowest, usual_runs
from lightning_tickets.report.names import FULL, task_name
from lightning_tickets.report.table import Cell, command_lines
from lightning_tickets.studies.frame_rules import DEVIATION, FRAME_RULES
from lightning_tickets.studies.measurement import Exhibit, Measurement
from lightning_tickets.studies.sparsities import WINS

STRICT, WITHIN_FULL, WITHIN_OWN = "‡", WITHIN, "§"
READINGS = {
    STRICT: f"the mean is {WINS['strict']}",
    WITHIN_FULL: f"the mean is {WINS['winning']}",
    WITHIN_OWN: f"the mean is {WINS['winning_own']}",
}


def footnotes(exhibit: Exhibit, layout: Layout, cells: Sequence[Cell]) -> tuple[str, ...]:
    """Only those that the table needs; the notes of the exhibit itself come last."""
    marks = "".join(cell.marks for cell in cells)
    notes = [counted(usual_runs(exhibit), any(cell.note for cell in cells))]
    if any(cell.bold for cell in cells):
        each = " at each sparsity" if any(block.sparsity is not None for block in layout.blocks) else ""
        notes.append(f"Bold: the best row of a column{each}, the full network left out.")
    notes += [f"{mark} {reading}." for mark, reading in READINGS.items() if mark in marks]
    notes += [*not_judged(exhibit, layout.columns), *framed(exhibit), *undefined(exhibit)]
    if any(cell.missing for cell in cells):
        notes.append(f"{MISSING} not run yet.")
    if missing := absent(in_order(exhibit)):
        notes.append(f"{missing}.")
    if any(not cell.text for cell in cells):
        notes.append("An empty cell is not part of this exhibit.")
    return (*notes, *exhibit.notes)


def changed(overrides: Sequence[str]) -> tuple[str, ...]:
    """What was typed besides the experiment."""
    return (f"Overrides: {', '.join(map(one_line, overrides))}.",) if overrides else ()


def counted(usual: int, varies: bool) -> str:
    if not usual:
        return "No scores yet."
    otherwise = " unless a cell says otherwise" if varies else ""
    if usual == 1:
        return f"One run (n = 1) per cell{otherwise}, in points (0 to 100); a deviation needs two."
    return f"Mean ± sample standard deviation in points (0 to 100), n = {usual} runs per cell{otherwise}."


def not_judged(exhibit: Exhibit, columns: Sequence[Column]) -> Iterator[str]:
    """A single run of the full network has no deviation, so its reading cannot be judged."""
    single = single_runs(lowest(exhibit, FULL, head) for head in columns)
    if single and any(row != FULL for row in exhibit.rows):
        yield f"Not judged by the full network's deviation, since it has one run there: {single}."


def single_runs(rivals: Iterable[Measurement | None]) -> str:
    """The tasks on which a baseline has one run."""
    return ", ".join(dict.fromkeys(task_name(rival.task) for rival in rivals if rival and len(rival.scores) == 1))


def framed(exhibit: Exhibit) -> Iterator[str]:
    """The counts next to the rows of a heat map, which its table has no column for; of marks, those that are judged."""
    rows = differences(exhibit).rows if exhibit.drawn == "heatmap" else ()
    if rows:
        counts = "; ".join(f"{row.label}: {row.count}" for row in rows)
        yield f"Framed in the heat map ({framing(exhibit)}), {counted_cells(exhibit)}: {counts}."
    if marked := "; ".join(f"{row.label}: {row.within}" for row in rows if not row.within.endswith(" of 0")):
        yield f"Marked {WITHIN} in the heat map ({framing(exhibit, DEVIATION)}): {marked}."


def framing(exhibit: Exhibit, rule: str = "") -> str:
    """The rule of the exhibit, or another one, in words."""
    return FRAME_RULES[rule or exhibit.rule].reading.format(baseline=baseline_name(exhibit))


def counted_cells(exhibit: Exhibit) -> str:
    own = "included" if exhibit.counts_own_task else "left out"
    return f"of the cells that can be judged, a row's own task {own}"


def undefined(exhibit: Exhibit) -> Iterator[str]:
    scores = [f"{place(f)}: {', '.join(f.undefined)}" for f in in_order(exhibit) if f.undefined]
    if scores:
        yield f"{UNDEFINED} undefined scores: {'; '.join(scores)}."


def absent(measurements: Sequence[Measurement]) -> str:
    return missing_runs(command for measurement in measurements for command in measurement.missing)


def number_of_runs(exhibit: Exhibit) -> str:
    """How many runs stand behind a number: ``n = 5 runs``."""
    counts = sorted({len(measurement.scores) for measurement in in_order(exhibit) if measurement.scores})
    usual = usual_runs(exhibit)
    n = f"n = {usual}" if len(counts) == 1 else f"n = {counts[0]} to {counts[-1]}, mostly {usual}"
    return f"{n} {'run' if counts == [1] else 'runs'}"


def place(measurement: Measurement) -> str:
    """As it is typed: ``imp on SST-2 at 60 %``."""
    return f"{measurement.row} on {task_name(measurement.task)} at {percent(measurement.sparsity)}"


def commands(exhibit: Exhibit) -> Iterator[str]:
    """Lines for a shell: above the commands of each cell a comment that names the cell."""
    for measurement in in_order(exhibit):
        if measurement.missing:
            total = len(measurement.scores) + len(measurement.missing)
            yield one_line(f"# {place(measurement)}: {len(measurement.missing)} of {total} runs missing")
            yield from command_lines(measurement.missing)
