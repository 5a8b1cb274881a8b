"""The layout step: which lines, columns and blocks an exhibit becomes, and which cells are marked."""

from dataclasses import replace

import pytest

from lightning_tickets.points import points, signed
from lightning_tickets.report.exhibit_table import exhibit_table, score_cell, verdict_marks
from lightning_tickets.report.footnotes import absent
from lightning_tickets.report.layout import lay_out
from lightning_tickets.studies.measurement import Exhibit, Measurement

ROWS = ("full", "imp", "random_mask")


def scored(row: str, *scores: float, sparsity: float = 0.5) -> Measurement:
    return Measurement(row, "rte", "accuracy", sparsity, scores)


def test_rows_with_a_sparsity_each_carry_it_in_their_name() -> None:
    sparsities = {"full": 0.0, "rte": 0.6, "cola": 0.5}
    cells = ((row, task, sparsity) for row, sparsity in sparsities.items() for task in "ab")
    measurements = tuple(Measurement(row, task, "accuracy", sparsity, (0.5,)) for row, task, sparsity in cells)
    (block,) = lay_out(Exhibit("x", "", "", "table", tuple(sparsities), ("a", "b"), measurements)).blocks
    assert [line.label for line in block.lines] == ["f_BERT (full network)", "RTE, 60 %", "CoLA, 50 %"]


def test_a_task_with_two_metrics_has_two_columns(table: Exhibit) -> None:
    other = Measurement("imp", "mnli", "mismatched_accuracy", 0.7, (0.5,))
    exhibit = replace(table, measurements=(*table.measurements, other))
    metrics = [column.metric for column in lay_out(exhibit).columns]
    assert metrics == ["matched_accuracy", "mismatched_accuracy", "pearson"]
    assert [cell.text for cell in exhibit_table(exhibit).rows[1].cells[1:]] == ["82.5", "50.0", "90.5"]


def test_an_exhibit_without_findings_keeps_its_rows_and_tasks(table: Exhibit) -> None:
    empty = exhibit_table(replace(table, measurements=()))
    assert len(empty.columns) == 3
    assert len(empty.groups[0].rows) == 4
    assert empty.notes[0] == "No scores yet."


@pytest.mark.parametrize(("rows", "bold"), [(("full", "imp"), [False, False]), (ROWS, [False, True, True])])
def test_no_row_is_best_of_one_and_equal_rows_are_both_best(rows: tuple[str, ...], bold: list[bool]) -> None:
    measurements = (scored("full", 0.5, sparsity=0.0), scored("imp", 0.5), scored("random_mask", 0.5))
    table = exhibit_table(Exhibit("x", "", "", "table", rows, ("rte",), measurements))
    assert [row.cells[1].bold for row in table.rows] == bold


@pytest.mark.parametrize(
    ("scores", "marks"),
    [
        ((0.80, 0.80), "‡"),  # the full network's mean itself
        ((0.90, 0.91), "‡"),
        ((0.79, 0.79), "†"),  # one point below: inside the full network's deviation, its own is nothing
        ((0.65, 0.85), "§"),  # five points below: outside the full network's, inside its own
        ((0.75, 0.83), "†§"),
        ((0.70, 0.71), ""),
        ((0.79,), "†"),
    ],
)
def test_marks_say_under_which_reading_a_row_wins(scores: tuple[float, ...], marks: str) -> None:
    assert verdict_marks(scored("imp", *scores), scored("full", 0.79, 0.81)) == marks


def test_without_a_deviation_of_the_full_network_its_reading_is_open(table: Exhibit) -> None:
    single = Measurement("full", "mnli", "matched_accuracy", 0.0, (0.83,))
    exhibit = replace(table, measurements=(single, *table.measurements[1:]))
    assert (
        "Not judged by the full network's deviation, since it has one run there: MNLI." in exhibit_table(exhibit).notes
    )
    assert verdict_marks(scored("imp", 0.82, 0.82), scored("full", 0.83)) == ""
    assert verdict_marks(scored("full", 0.83, 0.83), scored("full", 0.83, 0.83)) == ""


@pytest.mark.parametrize("scores", [(0.81, 0.84), (0.82, 0.82), (0.6, 0.9), (0.9, 0.9), (0.1, 0.1)], ids=str)
@pytest.mark.parametrize("full", [(0.82, 0.84), (0.83,)], ids=str)
def test_a_mark_is_explained_where_it_stands_and_nowhere_else(
    scores: tuple[float, ...], full: tuple[float, ...]
) -> None:
    measurements = (scored("full", *full, sparsity=0.0), scored("imp", *scores))
    table = exhibit_table(Exhibit("x", "", "", "table", ("full", "imp"), ("rte",), measurements))
    standing = "".join(cell.marks for row in table.rows for cell in row.cells)
    assert [mark in "".join(table.notes) for mark in "‡†§¶"] == [mark in standing for mark in "‡†§¶"]


def test_a_run_that_two_cells_wait_for_counts_once(table: Exhibit) -> None:
    shared = [Measurement(row, "mnli", "accuracy", 0.7, missing=("cli seed=0",)) for row in ("imp", "random_mask")]
    assert absent(shared) == "1 run is missing"


def test_points_have_no_negative_zero_and_differences_have_a_sign() -> None:
    assert [points(x) for x in (-0.0001, -0.0123, 0.91449)] == ["0.0", "-1.2", "91.4"]
    assert [signed(x) for x in (0.0123, -0.0123, 0.0, -0.0001, 0.0001)] == ["+1.2", "−1.2", "0.0", "0.0", "0.0"]
    assert [signed(x, 0) for x in (0.08, -0.08)] == ["+8", "−8"]


def test_a_score_that_is_no_number_is_said_to_be_undefined() -> None:
    cell = score_cell("x", scored("imp", float("nan")), scored("full", 0.5, 0.6), None, 1)
    assert (cell.text, cell.deviation, cell.marks) == ("undefined", "", "")


def test_a_cell_with_fewer_runs_than_the_others_says_how_many() -> None:
    assert score_cell("x", scored("imp", 0.5), None, None, 5).note == "n=1"
