"""What is kept of a report: used again only where it was made of the same, and whole."""

from dataclasses import replace
from math import inf, nan
from pathlib import Path
from unittest.mock import Mock

import pytest

from lightning_tickets.report import kept as kept_module
from lightning_tickets.report.figures.draw import png, svg
from lightning_tickets.report.kept import kept, kept_comparisons
from lightning_tickets.report.write import drawings
from lightning_tickets.studies.comparison import Comparison
from lightning_tickets.studies.measurement import Exhibit
from lightning_tickets.studies.statistics.significance import Interval, TTest
from tests.report.reading import with_comparisons


def test_data_are_kept_until_their_source_changes_or_they_are_damaged(tmp_path: Path) -> None:
    path, compute = tmp_path / "folder" / "data", Mock(return_value=b"data")
    assert [kept(path, "source", compute) for _ in range(3)] == [b"data"] * 3
    assert compute.call_count == 1
    path.write_bytes(path.read_bytes()[:-1])
    assert kept(path, "source", compute) == b"data" and compute.call_count == 2
    compute.return_value = b"other"
    assert kept(path, "source", compute) == b"data"
    assert kept(path, "another source", compute) == b"other" and compute.call_count == 3
    assert [one.name for one in path.parent.iterdir()] == ["data"]


def test_other_code_computes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(tmp_path / "data", "source", lambda: b"data")
    monkeypatch.setattr(kept_module, "_code", lambda: "another version")
    assert kept(tmp_path / "data", "source", lambda: b"other") == b"other"


def test_what_is_not_sound_is_not_kept(tmp_path: Path) -> None:
    assert kept(tmp_path / "data", "source", lambda: b"data", lambda: False) == b"data"
    assert kept(tmp_path / "data", "source", lambda: b"other") == b"other"


def test_nothing_is_kept_without_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert kept(None, "source", lambda: b"data") == b"data" and not list(tmp_path.iterdir())


def test_drawings_are_those_of_the_figure(tmp_path: Path, curves: Exhibit) -> None:
    drawn = drawings(curves, tmp_path)
    assert drawn == {"png": png(curves), "svg": svg(curves)} == drawings(curves, tmp_path) == drawings(curves)
    other = replace(curves, rows=curves.rows[:-1])
    assert drawings(other, tmp_path)["svg"] == svg(other) != drawn["svg"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{curves.name}.png", f"{curves.name}.svg"]


def test_comparisons_are_the_same_when_read_again(tmp_path: Path, table: Exhibit) -> None:
    compared = tuple(with_comparisons(table)[1][table.name])
    odd = replace(compared[0], welch=TTest(0.5, None, 1e-17, Interval(-inf, inf, 0.95)), adjusted=nan)
    for number, comparisons in enumerate((compared, (odd,), ())):
        made = kept_comparisons(tmp_path / str(number), "", lambda made=comparisons: made)
        again = kept_comparisons(tmp_path / str(number), "", Mock(side_effect=AssertionError("computed again")))
        assert repr(made) == repr(again) == repr(comparisons)
    assert isinstance(again, tuple) and all(isinstance(one, Comparison) for one in compared) and compared
