"""The shape of tables: rows × tasks × sparsities × seeds, and what their cells have come to."""

import pytest

from lightning_tickets.errors import UserError
from lightning_tickets.studies.cell import Cell, Outcome
from lightning_tickets.studies.figure11 import Figure11
from lightning_tickets.studies.finding import Finding
from lightning_tickets.studies.grid import finding, findings, grid
from lightning_tickets.studies.table2 import Table2


def lookup(cell: Cell) -> Outcome:
    """Every run is made but those of seed 2; seed 3 has no defined score."""
    name = f"{cell.task}-{cell.subnetwork}-{cell.sparsity}-{cell.seed}"
    score = None if cell.seed == 2 else cell.seed / 10
    return Outcome(name, "accuracy", score, f"run {name}", undefined=cell.seed == 3)


def test_a_row_has_a_cell_for_each_sparsity_and_seed() -> None:
    assert grid("imp", "cola", [50, 70], [1, 2]) == [
        Cell("cola", "imp", 50, 1),
        Cell("cola", "imp", 50, 2),
        Cell("cola", "imp", 70, 1),
        Cell("cola", "imp", 70, 2),
    ]


def test_the_full_network_has_no_sparsity() -> None:
    assert grid("full", "cola", [50, 70], [1, 2]) == [Cell("cola", "full", 0, 1), Cell("cola", "full", 0, 2)]


@pytest.mark.parametrize(("sparsities", "seeds", "missing"), [([50], [], "seeds"), ([], [1], "sparsity")])
def test_a_row_without_cells_is_one_line(sparsities: list[int], seeds: list[int], missing: str) -> None:
    with pytest.raises(UserError, match=f"imp on cola has no {missing}"):
        grid("imp", "cola", sparsities, seeds)


def test_what_is_typed_for_a_cell() -> None:
    assert Cell("cola", "imp", 70, 3).overrides() == ("task=cola", "subnetwork=imp", "sparsity=70", "seed=3")


def test_what_is_typed_for_the_full_network() -> None:
    assert Cell("cola", "full", 0, 3).overrides() == ("task=cola", "subnetwork=full", "seed=3")


def test_a_finding_gathers_its_seeds() -> None:
    assert finding(grid("imp", "cola", [70], [1, 2, 3]), lookup) == Finding(
        row="imp",
        task="cola",
        metric="accuracy",
        sparsity=0.7,
        scores=(0.1, 0.3),
        runs=("cola-imp-70-1", "cola-imp-70-3"),
        missing=("run cola-imp-70-2",),
        undefined=("cola-imp-70-3",),
    )


def test_a_score_of_zero_is_a_score() -> None:
    found = finding([Cell("cola", "imp", 70, 1)], lambda cell: Outcome("r", "matthews", 0.0, "run"))
    assert found.scores == (0.0,) and found.missing == ()


def test_findings_are_one_for_each_place_in_the_order_of_the_cells() -> None:
    cells = [*grid("full", "rte", [50], [1, 4]), *grid("imp", "rte", [70, 50], [1, 4]), *grid("imp", "cola", [50], [1])]
    places = [(f.row, f.task, f.sparsity) for f in findings(cells, lookup)]
    assert places == [("full", "rte", 0.0), ("imp", "rte", 0.7), ("imp", "rte", 0.5), ("imp", "cola", 0.5)]


def test_findings_gather_seeds_that_do_not_stand_together() -> None:
    one, other = grid("imp", "rte", [70], [1, 4]), grid("imp", "cola", [70], [1])
    found = findings([one[0], *other, one[1]], lookup)
    assert [f.scores for f in found] == [(0.1, 0.4), (0.1,)]


TASKS = ["mnli", "cola", "squad"]


def test_table_2_takes_each_task_at_its_printed_sparsity() -> None:
    cells = Table2(TASKS, ["full", "imp"], [1]).cells()
    assert {(c.task, c.sparsity) for c in cells if c.subnetwork == "imp"} == {("mnli", 70), ("cola", 50), ("squad", 40)}


def test_table_2_at_sparsities_of_ones_own() -> None:
    cells = Table2(TASKS, ["full", "imp", "random_mask"], [1, 2, 3], [30, 60]).cells()
    assert len(cells) == len(set(cells)) == 3 * 3 + 2 * 3 * 2 * 3


def test_table_2_knows_one_word_for_its_sparsity() -> None:
    with pytest.raises(UserError, match="table2.sparsity=printed.*published"):
        Table2(TASKS, ["imp"], [1], "printed").cells()


def test_figure_11_always_has_the_full_network_once() -> None:
    for rows in (["imp"], ["imp", "full"], ["full", "imp"]):
        cells = Figure11(["cola"], rows, [1, 2], [50, 70]).cells()
        assert [c.subnetwork for c in cells] == ["full"] * 2 + ["imp"] * 4


@pytest.mark.parametrize("study", [Table2(TASKS, ["full", "imp"], [1]), Figure11(TASKS, ["imp"], [1], [10, 90])])
def test_an_exhibit_has_a_finding_for_every_cell(study: Table2 | Figure11) -> None:
    exhibit = study.exhibit(lookup)
    assert len(exhibit.findings) == len(study.cells())
    assert {(f.row, f.task) for f in exhibit.findings} == {(r, t) for r in exhibit.rows for t in exhibit.tasks}
