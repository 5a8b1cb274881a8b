"""The shape of tables: rows × tasks × sparsities × seeds, and what their cells have come to."""

from typing import Any

import pytest

from lightning_tickets.errors import UserError
from lightning_tickets.studies.cell import Cell, CellResult
from lightning_tickets.studies.exhibits.grid import Grid, measure
from lightning_tickets.studies.measurement import Measurement


def lookup(cell: Cell) -> CellResult:
    """Every run is made but those of seed 2; seed 3 has no defined score."""
    name = f"{cell.task}-{cell.subnetwork}-{cell.sparsity}-{cell.seed}"
    score = None if cell.seed == 2 else cell.seed / 10
    return CellResult(name, "accuracy", score, f"run {name}", undefined=("accuracy",) if cell.seed == 3 else ())


def grid(tasks: Any, rows: Any, seeds: Any, sparsities: Any) -> Grid:
    return Grid("name", "Title", "Shows.", "table", tasks, rows, seeds, sparsities)


def cells_of(row: str, task: str, sparsities: list[int | str], seeds: list[int]) -> list[Cell]:
    return grid([task], [row], seeds, sparsities).cells()


def test_a_row_has_a_cell_for_each_sparsity_and_seed() -> None:
    assert cells_of("imp", "cola", [70, 50], [1, 2]) == [
        Cell("cola", "imp", 50, 1),
        Cell("cola", "imp", 50, 2),
        Cell("cola", "imp", 70, 1),
        Cell("cola", "imp", 70, 2),
    ]


def test_the_full_network_has_no_sparsity() -> None:
    assert cells_of("full", "cola", [50, 70], [1, 2]) == [Cell("cola", "full", 0, 1), Cell("cola", "full", 0, 2)]


@pytest.mark.parametrize("axis", ["tasks", "rows", "seeds", "sparsities"])
@pytest.mark.parametrize("value", [[], "published"])
def test_an_axis_without_values_is_one_line(axis: str, value: list[int] | str) -> None:
    axes = {"tasks": ["cola"], "rows": ["imp"], "seeds": [1], "sparsities": [50]} | {axis: value}
    with pytest.raises(
        UserError, match=f"study: {axis}: expected a list with at least one value, got {value!r}".replace("[", r"\[")
    ):
        grid(**axes).cells()


def test_what_is_typed_for_a_cell() -> None:
    assert Cell("cola", "imp", 70, 3).overrides() == ("task=cola", "subnetwork=imp", "sparsity=70", "seed=3")


def test_what_is_typed_for_the_full_network() -> None:
    assert Cell("cola", "full", 0, 3).overrides() == ("task=cola", "subnetwork=full", "seed=3")


def test_a_finding_gathers_its_seeds() -> None:
    assert measure(cells_of("imp", "cola", [70], [1, 2, 3]), lookup, "imp") == Measurement(
        row="imp",
        task="cola",
        metric="accuracy",
        sparsity=0.7,
        scores=(0.1, 0.3),
        runs=("cola-imp-70-1", "cola-imp-70-3"),
        missing=("run cola-imp-70-2",),
        undefined=("cola-imp-70-3",),
        seeds=(1, 3),
    )


def test_a_score_of_zero_is_a_score() -> None:
    measurement = measure([Cell("cola", "imp", 70, 1)], lambda cell: CellResult("r", "matthews", 0.0, "run"), "imp")
    assert measurement.scores == (0.0,) and measurement.missing == ()


def test_findings_are_one_for_each_place_in_the_order_of_the_cells() -> None:
    measurements = grid(["rte", "cola"], ["full", "imp"], [1, 4], [70, 50]).fill(lookup).measurements
    assert [(f.row, f.task, f.sparsity) for f in measurements] == [
        (row, task, sparsity)
        for task in ("rte", "cola")
        for row, sparsity in (("full", 0.0), ("imp", 0.5), ("imp", 0.7))
    ]
    assert all(f.scores == (0.1, 0.4) for f in measurements)


TASKS = ["mnli", "cola", "squad"]


def test_published_is_the_printed_sparsity_of_each_task() -> None:
    cells = grid(TASKS, ["full", "imp"], [1], ["published"]).cells()
    assert {(c.task, c.sparsity) for c in cells if c.subnetwork == "imp"} == {("mnli", 70), ("cola", 50), ("squad", 40)}


def test_published_among_percentages_counts_once() -> None:
    assert [c.sparsity for c in cells_of("imp", "cola", ["published", 70, 50], [1])] == [50, 70]


def test_sparsities_of_ones_own() -> None:
    cells = grid(TASKS, ["full", "imp", "random_mask"], [1, 2, 3], [30, 60]).cells()
    assert len(cells) == len(set(cells)) == 3 * 3 + 2 * 3 * 2 * 3


@pytest.mark.parametrize("level", ["printed", 0.5, True])
def test_another_word_for_a_sparsity_is_named(level: object) -> None:
    with pytest.raises(
        UserError, match=f"sparsities: expected percentages or published, winning, strict, got {level!r}"
    ):
        grid(TASKS, ["imp"], [1], [level]).cells()


def test_an_exhibit_has_a_finding_for_every_cell() -> None:
    made = grid(TASKS, ["full", "imp"], [1], ["published", 90])
    exhibit = made.fill(lookup)
    assert len(exhibit.measurements) == len(made.cells())
    assert {(f.row, f.task) for f in exhibit.measurements} == {(r, t) for r in exhibit.rows for t in exhibit.tasks}


def test_a_row_of_ones_own_is_what_is_typed() -> None:
    rows = {"full": ["subnetwork=full"], "of mlm": ["subnetwork=imp", "source=mlm", "rewind=0.1"]}
    made = grid(["cola"], rows, [1], [50, 70])
    assert made.cells() == [
        Cell("cola", "full", 0, 1),
        Cell("cola", "imp", 50, 1, ("source=mlm", "rewind=0.1")),
        Cell("cola", "imp", 70, 1, ("source=mlm", "rewind=0.1")),
    ]
    assert made.cells()[1].overrides()[-2:] == ("source=mlm", "rewind=0.1")
    assert [f.row for f in made.fill(lookup).measurements] == ["full", "of mlm", "of mlm"]


@pytest.mark.parametrize("typed", [["source=mlm"], "imp", ["imp"]])
def test_a_row_of_ones_own_begins_with_its_subnetwork(typed: object) -> None:
    with pytest.raises(UserError, match="study: rows.mine: expected a list that begins with subnetwork="):
        grid(["cola"], {"mine": typed}, [1], [50]).cells()
