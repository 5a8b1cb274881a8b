"""Curves: the files are the same bytes every time, and no exhibit is too empty to draw."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from lightning_tickets.report.figures.draw import caption, figure, png
from lightning_tickets.report.figures.render import settings
from lightning_tickets.report.write import write_exhibit
from lightning_tickets.studies.measurement import Exhibit, Measurement

ELSEWHERE = """
import pickle, sys
from pathlib import Path
from lightning_tickets.report.write import write_exhibit
write_exhibit(pickle.loads(bytes.fromhex(sys.stdin.read())), Path(sys.argv[1]))
"""


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_bytes_are_the_same_in_a_second_process(curves: Exhibit, tmp_path: Path) -> None:
    with matplotlib.rc_context({"font.size": 20, "axes.facecolor": "red"}):
        paths = write_exhibit(curves, tmp_path / "here")
    assert [path.name for path in paths] == ["figure11.png", "figure11.svg", "figure11.csv"]
    code = [sys.executable, "-c", ELSEWHERE, str(tmp_path / "there")]
    subprocess.run(code, input=pickle.dumps(curves).hex(), text=True, check=True, timeout=60)
    assert contents(tmp_path / "here") == contents(tmp_path / "there")
    assert len(contents(tmp_path / "here")) == 3


def test_drawing_twice_in_one_process_changes_nothing(curves: Exhibit) -> None:
    assert png(curves) == png(curves)


def test_files_carry_no_date_and_no_version(curves: Exhibit, tmp_path: Path) -> None:
    picture, drawing, _ = (path.read_bytes() for path in write_exhibit(curves, tmp_path))
    assert picture.startswith(b"\x89PNG") and b"Software" not in picture
    assert b"<dc:date>" not in drawing and b"Matplotlib v" not in drawing


def test_a_panel_holds_the_points_and_the_full_network(curves: Exhibit) -> None:
    with settings():
        (axes,) = figure(curves).axes
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
    with settings():
        (axes,) = figure(replace(curves, rows=rows, measurements=measurements)).axes
    looks = [(line.get_color(), line.get_marker()) for line in axes.get_lines() if line.get_linestyle() == "-"]
    assert len(looks) >= 12 and len({look for look in looks if look[1] != "None"}) >= 12


@pytest.mark.parametrize("missing", [(), ("cli seed=0", "cli seed=1")])
def test_an_empty_panel_says_what_is_missing(curves: Exhibit, missing: tuple[str, ...]) -> None:
    measurements = (Measurement("imp", "rte", "accuracy", 0.5, missing=missing),) if missing else ()
    empty = replace(curves, measurements=measurements)
    with settings():
        (axes,) = figure(empty).axes
    expected = "no scores yet\n2 runs are missing" if missing else "no scores yet"
    assert [text.get_text() for text in axes.texts] == [expected]
    assert png(empty).startswith(b"\x89PNG")


def test_no_rows_and_no_tasks_still_draw(curves: Exhibit) -> None:
    assert png(replace(curves, rows=(), tasks=(), measurements=())).startswith(b"\x89PNG")


def test_names_are_no_mathematics(nasty: Exhibit) -> None:
    with settings():
        drawn = figure(replace(nasty, drawn="curves"))
    assert [axes.get_title() for axes in drawn.axes] == [
        "<script>alert(1)</script> (accuracy)",
        "a|b_c $x$ (my_metric)",
    ]
    assert not any(axes.title.get_parse_math() for axes in drawn.axes)
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
