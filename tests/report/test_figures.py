"""Curves, and the search for a ticket: what is drawn, also of an exhibit that is empty."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from lightning_tickets.report.build_table import build_table
from lightning_tickets.report.captions import caption
from lightning_tickets.report.figures.algorithm import PRUNED, TICKET, TRAINED
from lightning_tickets.report.figures.draw import png, svg
from lightning_tickets.report.write import write_exhibit
from lightning_tickets.studies.measurement import Exhibit, Measurement, Profiles, PruningRounds, Round
from tests.report.reading import csv_text, draw, page


@pytest.mark.parametrize("kind", ["curves", "matrix", "search", "profiles"])
def test_files_carry_no_date_and_no_version(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    what = request.getfixturevalue(kind)
    picture, drawing, *_ = (path.read_bytes() for path in write_exhibit(what, tmp_path))
    assert picture.startswith(b"\x89PNG") and b"Software" not in picture
    assert b"<dc:date>" not in drawing and b"Matplotlib v" not in drawing
    assert (picture, drawing) == (png(what), svg(replace(what)))


@pytest.mark.parametrize("kind", ["curves", "matrix", "search", "profiles"])
def test_a_drawing_has_no_title_since_it_stands_below_one(kind: str, request: pytest.FixtureRequest) -> None:
    what = request.getfixturevalue(kind)
    named = replace(what, title="Another title")
    assert svg(what) == svg(named) and png(what) != png(named)


def test_a_long_caption_of_curves_is_wrapped_below_the_legend(curves: Exhibit) -> None:
    """And stands in no drawing for a page, which has it next to the figure."""
    long = replace(curves, overrides=("study.seeds=[1,2,3,4,5,6,7,8,9,10]", "study.tasks=[cola,mnli,rte,sst2,squad]"))
    drawn = draw(long)
    drawn.draw_without_rendering()
    below = drawn.texts[-1]
    extent, (legend,) = below.get_window_extent(), drawn.subfigs[0].legends
    assert below.get_text() == caption(long) and drawn.bbox.x0 <= extent.x0 < extent.x1 <= drawn.bbox.x1
    assert drawn.bbox.y0 <= extent.y0 < extent.y1 <= legend.get_window_extent().y0
    assert svg(long) == svg(curves) and png(long) != png(curves)


def test_a_panel_holds_the_points_and_the_full_network(curves: Exhibit) -> None:
    (axes,) = draw(curves).axes
    points = [np.asarray(line.get_xydata()).round(6).tolist() for line in axes.get_lines()]
    assert [[50.0, 66.0], [70.0, 64.0], [90.0, 62.0]] in points
    assert [[50.0, 56.0], [70.0, 50.0], [90.0, 44.0]] in points
    dashed = [line for line in axes.get_lines() if line.get_linestyle() == "--"]
    assert [np.asarray(line.get_ydata()).round(6).tolist() for line in dashed] == [[67.0, 67.0]]
    (band,) = axes.patches
    low, high = band.get_extents().transformed(axes.transData.inverted()).intervaly
    assert (low, high) == pytest.approx((67.0 - 2**0.5, 67.0 + 2**0.5))
    assert [label.get_text() for label in axes.get_xticklabels()] == ["50", "70", "90"]


def test_rows_differ_in_color_and_marker(curves: Exhibit) -> None:
    rows = tuple(f"row{i}" for i in range(12))
    measurements = tuple(Measurement(row, "rte", "accuracy", s, (0.5, 0.6)) for row in rows for s in (0.5, 0.6))
    (axes,) = draw(replace(curves, rows=rows, measurements=measurements)).axes
    looks = [(line.get_color(), line.get_marker()) for line in axes.get_lines() if line.get_linestyle() == "-"]
    assert len(looks) >= 12 and len({look for look in looks if look[1] != "None"}) >= 12


@pytest.mark.parametrize("missing", [(), ("cli seed=0", "cli seed=1")])
def test_an_empty_panel_says_what_is_missing(curves: Exhibit, missing: tuple[str, ...]) -> None:
    measurements = (Measurement("imp", "rte", "accuracy", 0.5, missing=missing),) if missing else ()
    empty = replace(curves, measurements=measurements)
    (axes,) = draw(empty).axes
    expected = "no scores yet\n2 runs are missing" if missing else "no scores yet"
    assert [text.get_text() for text in axes.texts] == [expected]
    assert png(empty).startswith(b"\x89PNG")


def test_no_rows_and_no_tasks_still_draw(curves: Exhibit) -> None:
    assert png(replace(curves, rows=(), tasks=(), measurements=())).startswith(b"\x89PNG")


def test_names_are_no_mathematics(nasty: Exhibit) -> None:
    axes = draw(replace(nasty, drawn="curves")).axes
    assert [one.get_title() for one in axes] == ["<script>alert(1)</script> (accuracy)", "a|b_c $x$ (my_metric)"]
    assert not any(one.title.get_parse_math() for one in axes)
    assert png(replace(nasty, drawn="curves", measurements=nasty.measurements[:1])).startswith(b"\x89PNG")


def test_the_caption_counts_runs(curves: Exhibit) -> None:
    assert caption(curves) == "Mean ± one sample deviation, n = 2 runs per point."
    single = Measurement("imp", "rte", "accuracy", 0.5, (0.5,), (), ("cli",), ("matthews of a constant",))
    assert caption(replace(curves, measurements=(single,))) == (
        "Mean, n = 1 run per point. Hollow: a score is undefined. 1 run is missing."
    )
    assert caption(replace(curves, measurements=(*curves.measurements, single))).startswith(
        "Mean ± one sample deviation, n = 1 to 2, mostly 2 runs per point."
    )


def test_each_bar_is_as_high_as_what_is_kept_and_the_last_one_is_the_ticket(search: PruningRounds) -> None:
    _, below = draw(search).axes
    bars = [patch for patch in below.patches if isinstance(patch, Rectangle)]
    whole, kept = bars[::2], bars[1::2]
    assert [bar.get_height() for bar in whole] == [1, 1, 1, 1]
    assert [bar.get_height() for bar in kept] == [1.0, 0.9, 0.8, 0.1]
    blue, orange = kept[0].get_facecolor(), kept[-1].get_facecolor()
    assert [bar.get_facecolor() for bar in kept] == [blue] * 3 + [orange] and blue != orange
    assert TRAINED != TICKET != PRUNED and not any(bar.get_hatch() for bar in whole)
    words = [text.get_text() for text in below.texts]
    assert [word for word in words if "%" in word] == ["100 %", "90 %", "80 %", "10 %"]
    assert words.count("train,\nprune") == 3 and sum("θ₀" in word for word in words) == 1


def test_scores_stand_above_their_rounds(search: PruningRounds) -> None:
    above, _ = draw(search).axes
    line, full = above.lines
    assert list(line.get_xdata()) == [0, 1, 2] and list(line.get_ydata()) == pytest.approx([91.0, -5.0, 90.3])
    numbers = {text.get_text(): text.get_position() for text in above.texts}
    assert numbers == {"91.0": (0, 1.02), "-5.0": (1, 1.02), "90.3": (2, 1.02)}, (
        "in a line above the axes, off the curve"
    )
    assert above.get_ylabel() == "MNLI\nmatched acc."
    assert list(full.get_ydata()) == pytest.approx([81.0, 81.0]) and full.get_linestyle() == "--"
    assert [text.get_text() for text in above.get_legend().texts] == ["f_BERT (full network), 2 runs"]
    assert "The full network: 81.0 ± 1.4, n = 2." in build_table(search).notes


def test_the_noise_of_one_chain_does_not_fill_the_axis(search: PruningRounds) -> None:
    near = replace(search, rounds=(Round(1.0, 0.81, 0.9), Round(0.9, 0.814, 0.8)))
    low, high = draw(near).axes[0].get_ylim()
    assert high - low == pytest.approx(10) and low < 81 < 81.4 < high


def test_a_round_that_has_not_run_is_hatched_and_so_is_the_ticket(search: PruningRounds) -> None:
    waits = replace(search, rounds=(*search.rounds[:2], Round(None, None, 0.1)), missing=("cli task=mnli",))
    above, below = draw(waits).axes
    bars = [patch for patch in below.patches if isinstance(patch, Rectangle)][::2]
    assert [bool(bar.get_hatch()) for bar in bars] == [False, False, True, True]
    assert len(above.lines[0].get_xdata()) == 2
    assert csv_text(waits).splitlines()[-1] == "3,—,—,10.0"


def test_nothing_of_the_text_of_a_search_is_markup(search: PruningRounds, tmp_path: Path) -> None:
    files = {path.name for path in write_exhibit(search, tmp_path)}
    assert files == {f"figure1.{suffix}" for suffix in ("png", "svg", "csv", "md")}
    reader = page(search)
    assert "Figure 1 & <b>" in reader.text and "b" not in reader.tags
    assert "Score (matched acc.)" in reader.text


def test_profiles_are_curves_with_their_bands(profiles: Profiles) -> None:
    (axes,) = draw(profiles).axes
    drawn = [(line.get_linestyle(), np.asarray(line.get_xydata()).round(6).tolist()) for line in axes.get_lines()]
    assert drawn[0] == ("--", [[0.0, 100.0], [95.0, 50.0], [100.0, 0.0]]) and drawn[1][0] == drawn[2][0] == "-"
    bands = [band.get_datalim(axes.transData).extents.round(6).tolist() for band in axes.collections]
    assert bands[:2] == [[0, 0, 100, 100]] * 2 and len({line.get_color() for line in axes.get_lines()}) == 3
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()][1:] == [
        "m_IMP ⊙ θ₀ (IMP), 70 %",
        "m_RP ⊙ θ₀ (random mask), 1 of 2 tasks",
    ]


@pytest.mark.parametrize("kind", ["matrix", "search", "profiles"])
def test_the_caption_says_how_many_runs_are_missing(kind: str, request: pytest.FixtureRequest) -> None:
    what = replace(request.getfixturevalue(kind), missing=("cli seed=0", "cli seed=1"))
    assert f"{what.caption} 2 runs are missing. {what.notes[0]}" in caption(what) == draw(what).texts[-1].get_text()


def test_profiles_without_runs_say_so(profiles: Profiles) -> None:
    (axes,) = draw(replace(profiles, profiles=())).axes
    assert [text.get_text() for text in axes.texts] == ["no scores yet"]


def test_the_table_of_profiles_has_every_tenth_and_its_csv_all(profiles: Profiles) -> None:
    table = build_table(profiles)
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["0", "100.0", "100.0", "50.0"],
        ["100", "0.0", "25.0", "0.0"],
    ]
    lines = csv_text(profiles).splitlines()
    assert lines[0] == "row,gap closed above,share of runs,low,high" and len(lines) == 10
    assert 'm_IMP ⊙ θ₀ (IMP), 70 %",95.0,75.0,40.0,80.0' in lines[5] and lines[9].endswith("100.0,0.0,,")
    assert page(profiles).all("alt") == ["Profiles & <b>. Runs above. A note."]
