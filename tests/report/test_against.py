"""The same tables of two stores: a number that differs is marked and tested, with the other one below it."""

from dataclasses import replace
from pathlib import Path

import pytest

from lightning_tickets.report.against import beside, write_comparison
from lightning_tickets.report.document import About
from lightning_tickets.studies.measurement import Exhibit, Matrix, Measurement, TextTable
from tests.report.reading import read


def changed(exhibit: Exhibit, row: str, task: str, *scores: float, sparsity: float | None = None) -> Exhibit:
    """With other scores of a row on a task."""

    def other(one: Measurement) -> Measurement:
        at = one.sparsity if sparsity is None else sparsity
        return (
            replace(one, scores=scores, runs=scores and one.runs, sparsity=at)
            if (one.row, one.task) == (row, task)
            else one
        )

    return replace(exhibit, measurements=tuple(map(other, exhibit.measurements)))


def seeded(exhibit: Exhibit) -> Exhibit:
    return replace(
        exhibit, measurements=tuple(replace(m, seeds=(*range(len(m.scores)),)) for m in exhibit.measurements)
    )


def test_equal_stores_differ_in_nothing(table: Exhibit, matrix: Matrix, sheet: TextTable) -> None:
    for exhibit in (seeded(table), matrix, sheet):
        compared = beside(exhibit, exhibit, "other")
        assert compared.differences is None and " compared, 0 differ; " in compared.summary
        assert not any(cell.bold or cell.note for row in compared.table.rows for cell in row.cells[1:])


def test_stores_without_runs_are_not_equal(table: Exhibit) -> None:
    empty = replace(table, measurements=tuple(replace(m, scores=(), runs=()) for m in table.measurements))
    for ours, theirs, missing in ((empty, empty, (7, 7)), (empty, table, (7, 1)), (table, empty, (1, 7))):
        compared = beside(seeded(ours), seeded(theirs), "other")
        assert not compared.compared
        told = "Table 2: nothing to compare; {} missing here, {} missing there".format(*missing)
        assert compared.summary.startswith(told)


@pytest.mark.parametrize(
    ("scores", "below", "gap", "verdict"),
    [
        ((0.9, 0.93), "91.5 ± 2.1", "−1.00", "within noise"),
        ((0.5, 0.501), "50.0 ± 0.1", "+40.45", "better"),
        ((0.99, 0.991), "99.0 ± 0.1", "−8.55", "worse"),
        ((), "—", "?", "only here"),
        ((0.905,), "90.5", "?", "cannot be told"),
    ],
)
def test_a_number_that_differs(table: Exhibit, scores: tuple[float, ...], below: str, gap: str, verdict: str) -> None:
    theirs = changed(table, "imp", "stsb", *scores)
    compared = beside(seeded(table), seeded(theirs), "other")
    cells = {(row.cells[0].text, at): cell for row in compared.table.rows for at, cell in enumerate(row.cells)}
    assert [(key, cell.note) for key, cell in cells.items() if cell.bold] == [(("m_IMP ⊙ θ₀ (IMP)", 2), below)]
    assert compared.differences is not None
    ((*place, here, there, minus, _, said),) = compared.differences.lines
    assert place == ["m_IMP ⊙ θ₀ (IMP)", "STS-B", "Pearson"] and here == "90.50 ± 0.71 (50 %)"
    assert there.startswith(below.split(" ")[0]) and (minus, said) == (gap, verdict)
    counts = (
        "6 cells compared, 1 differ; 1 missing here, 1" if scores else "5 cells compared, 0 differ; 1 missing here, 2"
    )
    assert compared.summary == f"Table 2: {counts} missing there (scores: 1 {verdict})"


def test_a_winning_sparsity_that_moved_is_a_difference(table: Exhibit) -> None:
    theirs = table
    for row in ("imp", "random_mask"):
        scores = next(m.scores for m in table.measurements if (m.row, m.task) == (row, "stsb"))
        theirs = changed(theirs, row, "stsb", *scores, sparsity=0.6)
    compared = beside(seeded(table), seeded(theirs), "other")
    assert compared.differences is not None
    assert [line[3:5] for line in compared.differences.lines] == [
        ("90.50 ± 0.71 (50 %)", "90.50 ± 0.71 (60 %)"),
        ("5.00 ± 7.07 (50 %)", "5.00 ± 7.07 (60 %)"),
    ]


def test_a_curve_is_compared_sparsity_by_sparsity(sweep: Exhibit) -> None:
    fewer = replace(sweep, measurements=tuple(m for m in sweep.measurements if m.sparsity != 0.7))
    compared = beside(seeded(sweep), seeded(fewer), "other")
    assert compared.differences is not None and [line[-1] for line in compared.differences.lines] == ["only here"] * 2
    assert [line[3] for line in compared.differences.lines] == ["64.00 ± 1.41 (70 %)", "50.00 ± 1.41 (70 %)"]


def test_other_tables_are_compared_by_what_is_written(matrix: Matrix, sheet: TextTable) -> None:
    other = replace(matrix, values=((1.0, 0.4), (None, 1.0)))
    (cell,) = [cell for row in beside(matrix, other, "o").table.rows for cell in row.cells if cell.bold]
    assert (cell.text, cell.note) == ("34.6", "40.0")
    slower = replace(sheet, lines=tuple((task, "3", by) for task, _, by in sheet.lines))
    again = replace(sheet, lines=(*sheet.lines, ("rte", "2.5", "SGD")))
    assert "7 cells compared, 0 differ" in beside(again, again, "o").summary, "two rows of one label"
    assert beside(sheet, slower, "o").summary == "Table 1: 5 cells compared, 2 differ; 1 missing here, 0 missing there"


def test_the_page_has_both_and_says_of_what(table: Exhibit, sheet: TextTable, tmp_path: Path) -> None:
    theirs = changed(table, "imp", "stsb", 0.5, 0.501)
    compared = [beside(seeded(table), seeded(theirs), "old<b>"), beside(sheet, sheet, "old<b>")]
    reader = read(write_comparison(tmp_path, "Title", compared, "pocket", About(against="old<b>")))
    assert "The same tables here and in old<b> :" in reader.text or "in old<b>:" in reader.text
    assert "6 cells compared, 1 differ" in reader.text and "What differs, with tests" in reader.text
    assert ("td", {"class": "differs"}) in reader.seen
    written = {path.name for path in tmp_path.iterdir()} - {"index.html", "report.json"}
    assert (
        written
        == reader.files - {"../index.html"}
        == {
            f"{name}.{suffix}"
            for name in ("table2.against", "table2.differences", "table1.against")
            for suffix in ("csv", "md")
        }
    )


@pytest.mark.parametrize(("rte", "missing"), [(0.5, 0), (0.7, 0), (0.0, 2)])
def test_a_row_is_found_whatever_sparsity_its_label_has(rte: float, missing: int) -> None:
    """As in figure 6, where the label of a source has its winning sparsity."""

    def figure(at: float) -> Exhibit:
        rows = {"full": 0.0, "cola": 0.7, "rte": at, "one_shot": 0.7}
        cells = tuple(
            Measurement(row, task, "accuracy", sparsity, (0.7, 0.72), ("a", "b"), seeds=(1, 2))
            for row, sparsity in rows.items()
            for task in ("cola", "rte")
            if sparsity or row == "full"
        )
        return Exhibit("figure6", "Figure 6", "Shows.", "heatmap", tuple(rows), ("cola", "rte"), cells)

    compared = beside(figure(0.6), figure(rte), "other")
    assert f"{8 - missing} cells compared" in compared.summary and f"{missing} missing there" in compared.summary
