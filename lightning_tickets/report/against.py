"""The same tables of two stores, or of two versions: what each has, and what differs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from lightning_tickets.points import points, signed
from lightning_tickets.report.build_table import build_table, sheet_table
from lightning_tickets.report.document import FILE, About, Report, Section, SideTable, to_json
from lightning_tickets.report.formatting import MISSING, percent
from lightning_tickets.report.layout import lay_out
from lightning_tickets.report.names import metric_name, row_name, task_name
from lightning_tickets.report.pages import experiment_page
from lightning_tickets.report.sections import SIDE, files
from lightning_tickets.report.side_tables import probability
from lightning_tickets.report.table import Cell, Row, Table
from lightning_tickets.report.write import write_files
from lightning_tickets.runs.files import put
from lightning_tickets.studies.comparison import ALPHA, CANNOT_BE_TOLD
from lightning_tickets.studies.measurement import Exhibit, Matrix, Measurement, Reportable, TextTable
from lightning_tickets.studies.statistics.significance import TTest, holm, welch

RowKey = tuple[str, float | None]
DIFFERS = "differs"  # the shade of such a cell in page.css
HEAD = ("Row", "Task", "Metric", "Here", "There", "Here minus there", "p (Holm)", "Verdict")
TESTED = (
    "Means ± sample deviations in points, with the sparsity. Welch's p over seeds, Holm's correction over these lines; "
    f"better or worse: p < {ALPHA:g}; otherwise within noise."
)


@dataclass(frozen=True)
class Beside:
    """An exhibit with what the other has below each number that differs; scores that differ are a table too.

    ``needs_runs``: without runs it has no values, unlike tables of settings, of planned rounds and of claims.
    """

    table: Table
    differences: TextTable | None
    needs_runs: bool = True

    @property
    def compared(self) -> list[Cell]:
        """The cells that have a value on both sides."""
        return [cell for cell in self._cells if has_value(cell.text) and not (cell.bold and not has_value(cell.note))]

    @property
    def summary(self) -> str:
        """How many cells were compared, how many of them differ, and how many have no value here or there."""
        compared, different = len(self.compared), sum(cell.bold for cell in self.compared)
        here = sum(not has_value(cell.text) for cell in self._cells)
        there = sum(not has_value(cell.note if cell.bold else cell.text) for cell in self._cells)
        what = f"{compared} cells compared, {different} differ" if compared else "nothing to compare"
        verdicts = [line[-1] for line in self.differences.lines] if self.differences else []
        counts = ", ".join(f"{verdicts.count(word)} {word}" for word in dict.fromkeys(verdicts))
        scores = f" (scores: {counts})" if counts else ""
        return f"{self.table.title}: {what}; {here} missing here, {there} missing there{scores}"

    @property
    def _cells(self) -> list[Cell]:
        """Without the labels of rows, and without what is no part of the exhibit on either side."""
        return [cell for row in self.table.rows for cell in row.cells[1:] if cell.text or cell.note]


def beside(ours: Reportable, theirs: Reportable, label: str) -> Beside:
    """``label`` names the other store or version."""
    here, there = build_table(ours), build_table(theirs)
    heads = [head(there, place) for place in range(len(there.columns))]
    others = dict(zip(row_keys(theirs, there), there.rows, strict=True))

    def row_beside(key: RowKey, row: Row) -> Row:
        other = others.get(key)
        cells = (
            cell_beside(cell, at(other, heads, head(here, place))) for place, cell in enumerate(row.cells) if place
        )
        return replace(row, cells=(row.cells[0], *cells))

    rows = map(row_beside, row_keys(ours, here), here.rows)
    table = replace(
        here,
        name=f"{here.name}.against",
        groups=tuple(replace(one, rows=tuple(islice(rows, len(one.rows)))) for one in here.groups),
        notes=(f"Bold: another number than in {label}, which stands below it.",),
        commands=(),
        records=(),
    )
    return Beside(table, differences(ours, theirs), isinstance(ours, Exhibit | Matrix))


def row_keys(exhibit: Reportable, table: Table) -> list[RowKey]:
    """What names each row of its table, not by a sparsity that depends on the scores; equal labels by their order."""
    if isinstance(exhibit, Exhibit):
        return [(line.row, block.sparsity) for block in lay_out(exhibit).blocks for line in block.lines]
    labels = [row.cells[0].text for row in table.rows]
    return [(label, labels[:at].count(label)) for at, label in enumerate(labels)]


def has_value(text: str) -> bool:
    return text not in ("", MISSING)


def head(table: Table, place: int) -> tuple[str, ...]:
    """What names a column: its task and metric without a sparsity that depends on the scores."""
    return tuple(texts[place] for texts in table.header if texts[0] != "Sparsity")


def at(row: Row | None, heads: Sequence[tuple[str, ...]], wanted: tuple[str, ...]) -> Cell | None:
    return row.cells[heads.index(wanted)] if row and wanted in heads else None


def cell_beside(ours: Cell, theirs: Cell | None) -> Cell:
    """Without the marks, verdicts and links of a report of its own."""
    texts = [
        f"{cell.text} ± {cell.deviation}" if cell.deviation else cell.text for cell in (ours, theirs or Cell(MISSING))
    ]
    equal = texts[0] == texts[1]
    return Cell(
        ours.text, ours.deviation, note="" if equal else texts[1], bold=not equal, shade="" if equal else DIFFERS
    )


def differences(ours: Reportable, theirs: Reportable) -> TextTable | None:
    """A line for each cell of an exhibit whose scores or sparsity are not the same; None without one."""
    if not isinstance(ours, Exhibit) or not isinstance(theirs, Exhibit):
        return None
    scored = [pair for pair in pairs(ours, theirs) if any(one and one.scores for one in pair)]
    changed = [(a, b) for a, b in scored if a is None or b is None or scores(a) != scores(b)]
    tests = [welch(a.scores, b.scores) if a and b else None for a, b in changed]
    adjusted = iter(holm([test.p for test in tests if test]))
    lines = []
    for (a, b), test in zip(changed, tests, strict=True):
        p, place = next(adjusted) if test else None, a or b
        assert place is not None, "a pair has one of the two"
        gap = signed(test.difference, 2) if test else "?"
        names = row_name(place.row), task_name(place.task), metric_name(place.metric)
        lines.append((*names, written(a), written(b), gap, probability(p), verdict(a, b, test, p)))
    if not lines:
        return None
    title = f"{ours.title}: what differs"
    return TextTable(
        f"{ours.name}.differences",
        title,
        TESTED,
        head=HEAD,
        lines=tuple(lines),
        tasks=ours.tasks,
        overrides=ours.overrides,
    )


def verdict(ours: Measurement | None, theirs: Measurement | None, test: TTest | None, p: float | None) -> str:
    """``p`` is Holm's of the test."""
    if not (ours and ours.scores):
        return "only there"
    if not (theirs and theirs.scores):
        return "only here"
    if test is None or p is None:
        return CANNOT_BE_TOLD
    return "within noise" if p >= ALPHA else "worse" if test.difference < 0 else "better"


def pairs(ours: Exhibit, theirs: Exhibit) -> Iterator[tuple[Measurement | None, Measurement | None]]:
    """Cells of a row, task and metric: the only one of each, whatever its sparsity, or those at the same sparsity."""
    for row in ours.rows:
        for task in ours.tasks:
            for metric in dict.fromkeys(one.metric for side in (ours, theirs) for one in side.at(row, task)):
                here, there = ({one.sparsity: one for one in side.at(row, task, metric)} for side in (ours, theirs))
                if len(here) == len(there) == 1:
                    yield (*here.values(), *there.values())  # type: ignore[misc]  # one of each
                    continue
                for sparsity in sorted(here.keys() | there.keys()):
                    yield here.get(sparsity), there.get(sparsity)


def scores(one: Measurement) -> tuple[float, dict[int, float]]:
    return one.sparsity, one.by_seed


def written(one: Measurement | None) -> str:
    """Mean, deviation and sparsity."""
    if one is None or one.summary is None:
        return MISSING
    std = "" if one.summary.std is None else f" ± {points(one.summary.std, 2)}"
    return f"{points(one.summary.mean, 2)}{std}{f' ({percent(one.sparsity)})' if one.sparsity else ''}"


def write_comparison(folder: Path, title: str, compared: Sequence[Beside], scale: str, about: About) -> Path:
    """The page of both with its tables as files, and report.json; returns the page."""
    sections = []
    for one in compared:
        side = sheet_table(one.differences) if one.differences else None
        for table in (one.table, *([side] if side else [])):
            write_files(table, folder, SIDE)
        sides = (SideTable("What differs, with tests", side, files(side.name, SIDE)),) if side else ()
        sections.append(Section(one.table, None, files(one.table.name, SIDE), sides, ()))
    report = Report(2, title, scale, tuple(one.summary for one in compared), tuple(sections), about)
    page = put(folder / "index.html", experiment_page(report, {}))
    put(folder / FILE, to_json(report))
    return page
