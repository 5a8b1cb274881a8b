"""Sparsities of winning tickets, from the suite's own curves."""

from __future__ import annotations

import pytest

from lightning_tickets.errors import UserError
from lightning_tickets.studies.cell import Cell, CellResult
from lightning_tickets.studies.exhibits.grid import UNKNOWN, Grid
from lightning_tickets.studies.exhibits.statistics_table import StatisticsTable
from lightning_tickets.studies.measurement import TextTable
from lightning_tickets.studies.sparsities import curve_cells, highest_winning, no_sparsity_known, resolve_sparsities

FULL = {1: 0.80, 2: 0.82, 3: 0.84}  # 0.82 ± 0.02
SCORES = {10: 0.83, 20: 0.82, 30: 0.81, 40: 0.82, 50: 0.79, 60: 0.801, 70: 0.799, 80: 0.7, 90: 0.5}
SEEDS = [1, 2, 3]


def lookup(cell: Cell) -> CellResult:
    score = FULL[cell.seed] if cell.subnetwork == "full" else SCORES[cell.sparsity]
    return CellResult(f"{cell}", "accuracy", score, f"run {cell}", selection_score=score)


def without(sparsity):
    def of(cell: Cell) -> CellResult:
        return CellResult("r", "accuracy", None, "run") if cell.sparsity == sparsity else lookup(cell)

    return of


def test_the_curve_is_the_full_network_and_every_sparsity():
    cells = curve_cells("cola", [1, 2])
    assert len(cells) == 2 + 9 * 2 and cells[0] == Cell("cola", "full", 0, 1)
    assert {c.sparsity for c in cells if c.subnetwork == "imp"} == set(range(10, 100, 10))


def test_the_highest_by_each_rule():
    assert highest_winning("cola", "winning", SEEDS, lookup) == 60, "at most a deviation of the full network below it"
    assert highest_winning("cola", "strict", SEEDS, lookup) == 40


def test_rows_that_are_held_out_pick_and_dev_does_not():
    def of(cell: Cell) -> CellResult:
        return CellResult(
            "r", "accuracy", 0.1 * (cell.sparsity == 90), "run", selection_score=lookup(cell).selection_score
        )

    assert highest_winning("cola", "winning", SEEDS, of) == 60 and highest_winning("cola", "strict", SEEDS, of) == 40


@pytest.mark.parametrize("sparsity", [0, 10, 90])
def test_it_is_not_known_before_the_whole_curve_is(sparsity):
    assert highest_winning("cola", "winning", SEEDS, without(sparsity)) is None


def test_no_ticket_wins():
    def of(cell: Cell) -> CellResult:
        return CellResult("r", "accuracy", 1.0, "run", selection_score=1.0 if not cell.sparsity else 0.1)

    assert highest_winning("cola", "strict", SEEDS, of) == 0


def test_levels_that_are_not_known_or_not_there_are_left_out():
    assert resolve_sparsities(["winning", 50], "cola", no_sparsity_known) == [50]
    assert resolve_sparsities(["winning", "strict", 90], "cola", lambda task, rule: 0) == [90]
    assert resolve_sparsities(["winning", "strict"], "cola", lambda t, rule: {"winning": 60, "strict": 40}[rule]) == [
        40,
        60,
    ]


def grid(kind=Grid, **more):
    given = {"tasks": ["cola", "rte"], "rows": ["full", "imp"], "seeds": SEEDS, "sparsities": ["winning"]} | more
    return kind("name", "Title", "Shows.", "table", **given)


def test_a_grid_says_what_has_to_run_first():
    assert set(grid().curve_cells()) == {*curve_cells("cola", SEEDS), *curve_cells("rte", SEEDS)}
    assert grid(sparsities=[50]).curve_cells() == []
    assert UNKNOWN in grid().fill(lookup).notes


def test_a_grid_has_its_cells_once_the_sparsity_is_known():
    cells = grid().cells(lambda task, rule: {"cola": 60, "rte": 30}[task])
    assert {(c.task, c.sparsity) for c in cells if c.subnetwork == "imp"} == {("cola", 60), ("rte", 30)}
    assert UNKNOWN not in grid().fill(lookup, lambda task, rule: 60).notes


def test_a_ticket_can_be_taken_at_its_own_tasks_sparsity():
    made = grid(sources=["mlm", "cola"], sparsity_of="source", rows={"full": ["subnetwork=full"]})
    assert {c.task for c in made.curve_cells()} == {"mlm", "cola", "rte"}
    cells = made.cells(lambda task, rule: {"mlm": 70, "cola": 50, "rte": 10}[task])
    assert {(c.task, c.options, c.sparsity) for c in cells if c.options} == {
        (task, (f"source={source}",), at) for task in ("cola", "rte") for source, at in (("mlm", 70), ("cola", 50))
    }


def test_a_row_may_have_a_sparsity_of_its_own():
    cells = grid(rows={"one_shot": ["subnetwork=one_shot", "sparsity=70"]}, sparsities=[50]).cells()
    assert {c.sparsity for c in cells} == {70} and all(not c.options for c in cells)


def test_a_spread_has_a_line_for_each_statistic():
    sheet = grid(StatisticsTable, tasks=["cola"], sparsities=[60]).fill(lookup)
    assert isinstance(sheet, TextTable)
    assert sheet.lines[:3] == (
        ("full", "mean", "82.0 ± 2.0"),
        ("full", "median", "82.0"),
        ("full", "best", "84.0"),
    )
    assert sheet.lines[3] == ("imp", "mean", "80.1 ± 0.0 (60 %)")
    missing = grid(StatisticsTable, tasks=["cola"], sparsities=[60]).fill(without(60))
    assert missing.lines[3] == ("imp", "mean", "— (60 %)") and missing.missing == ("run",) * 3


def test_a_task_can_be_shown_by_several_metrics():
    def two(cell):
        return CellResult("r", "accuracy", 0.8, "run", metrics={"accuracy": 0.8, "f1": 0.7})

    made = grid(sparsities=[50], metrics={"cola": ["f1", "accuracy"]}).fill(two)
    scores = {(f.task, f.row, f.metric): f.scores[0] for f in made.measurements}
    assert scores[("cola", "imp", "f1")] == 0.7 and scores[("cola", "imp", "accuracy")] == 0.8
    assert ("rte", "imp", "accuracy") in scores and ("rte", "imp", "f1") not in scores


def test_a_metric_that_a_task_has_not_is_told_with_those_that_it_has():
    def two(cell):
        return CellResult("r", "accuracy", 0.8, "run", metrics={"accuracy": 0.8, "f1": 0.7}, undefined=("f1",))

    flagged = grid(sparsities=[50], metrics={"cola": ["f1", "accuracy"]}).fill(two).measurements
    assert {f.metric: f.undefined for f in flagged if (f.row, f.task) == ("imp", "cola")} == {
        "f1": ("r",) * 3,
        "accuracy": (),
    }
    with pytest.raises(UserError, match="study: metrics: unknown metric 'bleu' of r; choose from accuracy, f1"):
        grid(sparsities=[50], metrics={"cola": ["bleu"]}).fill(two)
