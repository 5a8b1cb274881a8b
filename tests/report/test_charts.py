"""What the page draws itself: the shades of heat maps, and where the points of curves lie."""

from dataclasses import replace

import pytest

from lightning_tickets.report.charts import difference_map, difference_shade, panels, share_map, ticks
from lightning_tickets.report.pages import mix
from lightning_tickets.studies.measurement import Exhibit, Matrix, Measurement
from tests.report.reading import draw


def test_a_heat_map_shades_each_cell_by_its_difference_and_counts_what_is_framed(table: Exhibit) -> None:
    drawn, key = difference_map(replace(table, drawn="heatmap"))
    assert drawn.header[0] == ("Subnetwork", "MNLI", "STS-B", "Framed, other tasks")
    cells = [[(cell.text, cell.shade, cell.bold, cell.missing) for cell in row.cells[1:]] for row in drawn.rows]
    assert cells == [
        [("−0.5", "same", True, False), ("+1.5", "up-1", True, False), ("2 of 2", "", False, False)],
        [("—", "", False, True), ("−84.0¶", "down-6", False, False), ("0 of 1", "", False, False)],
        [("−23.0", "down-3", False, False), ("", "", False, False), ("0 of 1", "", False, False)],
    ]
    assert [cell.link for cell in drawn.rows[1].cells[1:]] == ["", "table2/random_mask/stsb/pearson/0.5", ""]
    assert key.ends == ("−84", "+84") and key.shades == (
        *(f"down-{level}" for level in (6, 5, 4, 3, 2, 1)),
        "same",
        *(f"up-{level}" for level in (1, 2, 3, 4, 5, 6)),
    )


def test_a_map_by_one_deviation_and_another_rule_has_two_counts(table: Exhibit) -> None:
    drawn, _ = difference_map(replace(table, drawn="heatmap", rule="not_below_baseline", counts_own_task=True))
    assert drawn.header[0][-2:] == ("Framed", "Marked †")
    assert [cell.text for cell in drawn.rows[0].cells] == ["m_IMP ⊙ θ₀ (IMP)", "−0.5†", "+1.5†", "1 of 2", "2 of 2"]


@pytest.mark.parametrize(
    ("share", "shade"),
    [(0, "same"), (0.006, "same"), (0.01, "up-1"), (-0.01, "down-1"), (0.25, "up-3"), (-0.5, "down-4"), (1, "up-6")],
)
def test_small_differences_are_told_apart_and_none_lies_beyond(share: float, shade: str) -> None:
    assert difference_shade(share) == shade


def test_the_shades_of_shares_range_over_what_compares_two_rows(matrix: Matrix) -> None:
    other = replace(matrix, values=((1.0, 0.36), (None, 1.0)))
    drawn, key = share_map(other)
    assert [[(cell.text, cell.shade) for cell in row.cells[1:]] for row in drawn.rows] == [
        [("100.0", "self"), ("36.0", "share-1")],
        [("—", ""), ("100.0", "self")],
    ]
    assert key.ends == ("35.0", "40.0") and drawn.rows[0].cells[2].link_label == "MNLI, CoLA: 36.0 %"


def test_a_panel_holds_the_points_and_the_full_network(curves: Exhibit) -> None:
    (panel,) = panels(curves)
    assert (panel.title, panel.task, panel.across, panel.up) == (
        "RTE (accuracy)",
        "rte",
        (50, 70, 90),
        (40, 50, 60, 70),
    )
    assert panel.band == pytest.approx((67.0, 2**0.5))
    assert [(curve.label, curve.look) for curve in panel.curves] == [
        ("m_IMP ⊙ θ₀ (IMP)", 0),
        ("m_RP ⊙ θ₀ (random mask)", 1),
    ]
    points = [(point.x, point.y, point.std) for curve in panel.curves for point in curve.points]
    assert points[::3] == [
        (50, pytest.approx(66.0), pytest.approx(2**0.5)),
        (50, pytest.approx(56.0), pytest.approx(2**0.5)),
    ]
    assert panel.curves[1].points[2].link == "figure11/random_mask/rte/accuracy/0.9"
    assert [panel.x(50), panel.x(90)] == [48.0, 218.0] and [panel.y(70), panel.y(40), panel.y(99)] == [
        22.0,
        128.0,
        22.0,
    ]


@pytest.mark.parametrize("row", ["imp", "full"])
def test_an_axis_spans_the_bars_and_the_band(curves: Exhibit, row: str) -> None:
    """Of a row or of the full network, 73.0 ± 5.7 points."""
    other = "full" if row == "imp" else "imp"
    measurements = (
        Measurement(row, "rte", "accuracy", 0.9 if row == "imp" else 0.0, (0.69, 0.77), ("a", "b")),
        Measurement(other, "rte", "accuracy", 0.9 if other == "imp" else 0.0, (0.76, 0.76), ("c", "d")),
    )
    wide = replace(curves, measurements=measurements)
    (panel,) = panels(wide)
    low, high = draw(wide).axes[0].get_ylim()
    for bottom, top in ((panel.up[0], panel.up[-1]), (low, high)):
        assert bottom < 73 - 5.6 and top > 73 + 5.6


def test_a_score_that_is_undefined_is_hollow_and_one_that_is_no_number_is_left_out(curves: Exhibit) -> None:
    odd = (
        Measurement("imp", "rte", "accuracy", 0.5, (0.0,), ("a",), undefined=("a",)),
        Measurement("imp", "rte", "accuracy", 0.6, (float("nan"),), ("b",)),
    )
    (panel,) = panels(replace(curves, measurements=odd))
    assert [(point.y, point.undefined) for curve in panel.curves for point in curve.points] == [(0.0, True)]
    (empty,) = panels(replace(curves, measurements=()))
    assert (empty.up, empty.across, empty.labels, empty.band, empty.curves) == ((), (), (), None, ())


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(92, 96.5, (90, 95, 100)), (90, 90, (90, 95)), (0, 100, (0, 50, 100)), (-3, 41, (-20, 0, 20, 40, 60))],
)
def test_ticks_are_round_and_far_enough_apart_that_noise_does_not_fill_the_axis(
    low: float, high: float, expected: tuple[float, ...]
) -> None:
    assert ticks(low, high) == expected


def test_the_sparsities_that_are_written_are_few(curves: Exhibit) -> None:
    many = tuple(Measurement("imp", "rte", "accuracy", at / 100, (0.5,)) for at in range(10, 100, 10))
    (panel,) = panels(replace(curves, measurements=many))
    assert len(panel.across) == 9 and panel.labels == (10, 30, 50, 70, 90)


def test_shades_are_mixed_with_the_page() -> None:
    assert [mix("#ffffff", "#0000ff", share) for share in (0, 0.5, 1)] == ["#ffffff", "#8080ff", "#0000ff"]
