"""The shape of tables: rows × tasks × sparsities × seeds, and the results of their cells."""

import re

import pytest

from lightning_tickets.errors import UserError
from lightning_tickets.studies.cell import Cell, CellResult
from lightning_tickets.studies.exhibits.grid import Grid
from lightning_tickets.studies.exhibits.measured_grid import measure
from lightning_tickets.studies.measurement import Measurement

WRONG_LEVELS = (("printed", "printed"), (0.5, "0.5"), (True, "true"))
TASKS = ["mnli", "cola", "squad"]
OF_MLM = ["subnetwork=imp", "source=mlm", "rewind=0.1"]
NO_LIST = "expected a list with at least one value, got"
KEY = "study.exhibits.name"
NO_SPARSITY = "expected an integer from 1 to 100 or one of published, winning, winning_own, strict"
NO_SUBNETWORK = f"{KEY}.rows.mine: expected a list that begins with subnetwork="


def lookup(cell):
    """Every run is made but those of seed 2; seed 3 has no defined score."""
    name = f"{cell.task}-{cell.subnetwork}-{cell.sparsity}-{cell.seed}"
    score = None if cell.seed == 2 else cell.seed / 10
    return CellResult(name, "accuracy", score, f"run {name}", undefined=("accuracy",) if cell.seed == 3 else ())


def grid(tasks=("cola",), rows=("imp",), seeds=(1,), sparsities=(50,)):
    return Grid("name", "Title", "Shows.", tasks, rows, seeds, sparsities, drawn="table")


@pytest.mark.parametrize(
    ("given", "cells"),
    [
        pytest.param(
            {"seeds": [1, 2], "sparsities": [70, 50]},
            [Cell("cola", "imp", percent, seed) for percent in (50, 70) for seed in (1, 2)],
            id="a cell for each sparsity and seed",
        ),
        pytest.param(
            {"rows": ["full"], "seeds": [1, 2], "sparsities": [50, 70]},
            [Cell("cola", "full", 0, 1), Cell("cola", "full", 0, 2)],
            id="the full network has no sparsity",
        ),
        pytest.param(
            {"tasks": TASKS, "sparsities": ["published"]},
            [Cell(task, "imp", percent, 1) for task, percent in (("mnli", 70), ("cola", 50), ("squad", 40))],
            id="published is the paper's sparsity of each task",
        ),
        pytest.param(
            {"sparsities": ["published", 70, 50]},
            [Cell("cola", "imp", 50, 1), Cell("cola", "imp", 70, 1)],
            id="published among percentages counts once",
        ),
        pytest.param(
            {"rows": {"full": ["subnetwork=full"], "of mlm": OF_MLM}, "sparsities": [50, 70]},
            [Cell("cola", "full", 0, 1), *(Cell("cola", "imp", p, 1, ("source=mlm", "rewind=0.1")) for p in (50, 70))],
            id="a row with its own overrides",
        ),
    ],
)
def test_the_cells_of_a_grid(given, cells):
    assert grid(**given).cells() == cells


def test_every_cell_is_there_once():
    cells = grid(TASKS, ["full", "imp", "random_mask"], [1, 2, 3], [30, 60]).cells()
    assert len(cells) == len(set(cells)) == 3 * 3 + 2 * 3 * 2 * 3


@pytest.mark.parametrize(
    ("given", "message"),
    [
        *[({axis: []}, f"{KEY}.{axis}: {NO_LIST} []") for axis in ("tasks", "rows", "seeds", "sparsities")],
        *[
            ({axis: "published"}, f"{KEY}.{axis}: {NO_LIST} 'published'")
            for axis in ("tasks", "rows", "seeds", "sparsities")
        ],
        *[({"sparsities": [level]}, f"{KEY}.sparsities={shown}: {NO_SPARSITY}") for level, shown in WRONG_LEVELS],
        *[({"rows": {"mine": overrides}}, NO_SUBNETWORK) for overrides in (["source=mlm"], "imp", ["imp"])],
    ],
)
def test_a_wrong_value_is_refused(given, message):
    with pytest.raises(UserError, match=re.escape(message)):
        grid(**given).cells()


@pytest.mark.parametrize(
    ("cell", "overrides"),
    [
        (Cell("cola", "imp", 70, 3), ("task=cola", "subnetwork=imp", "sparsity=70", "seed=3")),
        (Cell("cola", "full", 0, 3), ("task=cola", "subnetwork=full", "seed=3")),
        (
            Cell("rte", "imp", 50, 1, ("rewind=0.1",)),
            ("task=rte", "subnetwork=imp", "sparsity=50", "seed=1", "rewind=0.1"),
        ),
    ],
)
def test_the_overrides_of_a_cell(cell, overrides):
    assert cell.overrides() == overrides


def test_a_measurement_collects_its_seeds():
    assert measure(grid(seeds=[1, 2, 3], sparsities=[70]).cells(), lookup, "imp") == Measurement(
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


def test_a_score_of_zero_is_a_score():
    measurement = measure([Cell("cola", "imp", 70, 1)], lambda cell: CellResult("r", "matthews", 0.0, "run"), "imp")
    assert measurement.scores == (0.0,) and measurement.missing == ()


def test_measurements_are_in_the_order_of_the_cells():
    exhibit = grid(["rte", "cola"], {"full": ["subnetwork=full"], "of mlm": OF_MLM}, [1, 4], [70, 50]).fill(lookup)
    assert [(m.row, m.task, m.sparsity) for m in exhibit.measurements] == [
        (row, task, sparsity)
        for task in ("rte", "cola")
        for row, sparsity in (("full", 0.0), ("of mlm", 0.5), ("of mlm", 0.7))
    ]
    assert all(m.scores == (0.1, 0.4) for m in exhibit.measurements)


def test_an_exhibit_has_a_measurement_for_every_cell():
    made = grid(TASKS, ["full", "imp"], [1], ["published", 90])
    exhibit = made.fill(lookup)
    assert len(exhibit.measurements) == len(made.cells())
    assert {(m.row, m.task) for m in exhibit.measurements} == {(r, t) for r in exhibit.rows for t in exhibit.tasks}
