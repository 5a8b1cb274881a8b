"""The layout step: which lines, columns and blocks an exhibit becomes, and which cells are marked."""

from dataclasses import replace

import pytest

from lightning_tickets.report.exhibit_table import exhibit_table, score_cell, verdict_marks
from lightning_tickets.report.footnotes import absent, commands
from lightning_tickets.report.formatting import points, signed
from lightning_tickets.report.layout import lay_out
from lightning_tickets.studies.measurement import Exhibit, Measurement

ROWS = ("full", "imp", "random_mask")


def scored(row: str, *scores: float, sparsity: float = 0.5) -> Measurement:
    return Measurement(row, "rte", "accuracy", sparsity, scores)


def test_a_sparsity_for_each_task_stands_on_top(table: Exhibit) -> None:
    layout = lay_out(table)
    columns = [(column.task, column.metric, column.sparsity) for column in layout.columns]
    assert columns == [("mnli", "matched_accuracy", 0.7), ("stsb", "pearson", 0.5)]
    (block,) = layout.blocks
    assert [line.row for line in block.lines] == ["full", "imp", "random_mask", "random_weights"]
    texts = [[cell.text for cell in row.cells[1:]] for row in exhibit_table(table).rows]
    assert texts == [["83.0", "89.0"], ["82.5", "90.5"], ["—", "5.0"], ["60.0", ""]]


def test_a_sweep_has_a_block_for_each_sparsity_and_the_full_network_once(sweep: Exhibit) -> None:
    blocks = lay_out(sweep).blocks
    assert [block.sparsity for block in blocks] == [None, 0.5, 0.7, 0.9]
    assert [[line.row for line in block.lines] for block in blocks] == [["full"], *[["imp", "random_mask"]] * 3]
    assert [group.title for group in exhibit_table(sweep).groups][:2] == ["", "Sparsity 50 %"]
    assert [group.rows[0].cells[1].text for group in exhibit_table(sweep).groups[1:]] == ["66.0", "64.0", "62.0"]


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


def test_the_best_row_is_bold_but_never_the_full_network(table: Exhibit) -> None:
    best = [(row.cells[0].text, cell.text) for row in exhibit_table(table).rows for cell in row.cells if cell.bold]
    assert best == [("m_IMP ⊙ θ₀ (IMP)", "82.5"), ("m_IMP ⊙ θ₀ (IMP)", "90.5")]


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
    assert "† cannot be judged where the full network has one run: MNLI." in exhibit_table(exhibit).notes
    assert verdict_marks(scored("imp", 0.82, 0.82), scored("full", 0.83)) == ""
    assert verdict_marks(scored("full", 0.83, 0.83), scored("full", 0.83, 0.83)) == ""


def test_cells_state_their_runs_where_these_are_not_the_usual_ones(table: Exhibit) -> None:
    states = [(cell.text, cell.deviation, cell.note) for row in exhibit_table(table).rows for cell in row.cells]
    assert ("60.0", "", "n=1 of 2") in states
    assert ("83.0", "1.4", "") in states
    assert score_cell("x", scored("imp", 0.5), None, None, 5).note == "n=1"


def test_footnotes_explain_what_the_table_uses_and_nothing_else(table: Exhibit, sweep: Exhibit) -> None:
    assert exhibit_table(table).notes == (
        "Mean ± sample standard deviation in points (0 to 100), n = 2 runs per cell unless a cell says otherwise.",
        "Bold: the best row of a column, the full network left out.",
        "‡ the mean is at least the full network's.",
        "† the mean is at most one standard deviation of the full network below the full network's.",
        "§ the mean is at most one of its own standard deviations below the full network's.",
        "¶ undefined scores: random_mask on STS-B at 50 %: pearson of a constant.",
        "— not run yet.",
        "3 runs are missing.",
        "An empty cell is not part of this exhibit.",
        "A note.",
    )
    assert not any("missing" in note or "—" in note for note in exhibit_table(sweep).notes)


def test_missing_runs_are_commands_under_the_name_of_their_cell(table: Exhibit) -> None:
    assert list(commands(table)) == [
        "# random_mask on MNLI at 70 %: 2 of 2 runs missing",
        "cli seed=0",
        "cli seed=1",
        "# random_weights on MNLI at 70 %: 1 of 2 runs missing",
        "cli seed=3",
    ]


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
