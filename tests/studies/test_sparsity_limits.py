"""Up to which sparsity a row stays within a deviation of the full network."""

import pytest

from lightning_tickets.studies.cell import CellResult
from lightning_tickets.studies.exhibits.sparsity_limits import SparsityLimits

FULL = {1: 0.78, 2: 0.80, 3: 0.82}  # 0.80 ± 0.02
CURVES = {
    "the last before the drop": ({10: 0.80, 20: 0.785, 30: 0.70}, "20"),
    "up to the end": ({10: 0.80, 20: 0.79, 30: 0.90}, "30"),
    "at none": ({10: 0.70, 20: 0.80, 30: 0.80}, "0"),
    "a later rise does not count": ({10: 0.80, 20: 0.70, 30: 0.80}, "10"),
    "not known while the next point is missing": ({10: 0.80, 30: 0.70}, "—"),
    "a missing point after the drop is not needed": ({10: 0.80, 20: 0.70}, "10"),
}


def exhibit(curve, seeds=(1, 2, 3)):
    def lookup(cell):
        score = FULL[cell.seed] if cell.subnetwork == "full" else curve.get(cell.sparsity)
        return CellResult(f"{cell}", "accuracy", score, f"run {cell.sparsity}")

    limits = SparsityLimits("name", "Title", "Shows.", ["cola"], ["full", "imp"], seeds, [10, 20, 30])
    return limits.fill(lookup)


@pytest.mark.parametrize(("curve", "expected"), CURVES.values(), ids=CURVES)
def test_the_limit_of_a_row(curve, expected):
    table = exhibit(curve)
    assert (table.head, table.lines) == (("row", "cola"), (("imp", expected),))
    assert len(table.missing) == 3 * (3 - len(curve))


def test_without_the_full_network_nothing_is_known():
    limits = SparsityLimits("name", "Title", "Shows.", ["cola"], ["imp"], (1, 2, 3), [10])
    table = limits.fill(lambda cell: CellResult(f"{cell}", "accuracy", 0.8, "run"))
    assert table.lines == (("imp", "—"),)


def test_a_single_run_of_the_full_network_decides_nothing():
    assert exhibit({10: 0.80, 20: 0.80, 30: 0.70}, seeds=[1]).lines == (("imp", "—"),)
