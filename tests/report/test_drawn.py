"""Drawings that are kept: read again only where the same was drawn, and whole."""

from dataclasses import replace
from pathlib import Path

import pytest

from lightning_tickets.report.figures import drawn
from lightning_tickets.report.figures.draw import svg
from lightning_tickets.report.figures.drawn import drawings
from lightning_tickets.report.write import put
from lightning_tickets.studies.measurement import Exhibit


def test_a_drawing_is_kept_until_it_changes_or_is_damaged(
    tmp_path: Path, curves: Exhibit, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = drawings(curves, tmp_path, put)
    kept = tmp_path / f"{curves.name}.svg"
    assert first["svg"] == svg(curves) == kept.read_bytes()[32:]
    kept.write_bytes(kept.read_bytes()[:-1])
    assert drawings(curves, tmp_path, put) == first == drawings(curves, None, put)
    assert kept.read_bytes()[32:] == first["svg"]
    monkeypatch.setattr(drawn, "FORMATS", dict.fromkeys(drawn.FORMATS, lambda what: b"drawn again"))
    assert drawings(curves, tmp_path, put) == first
    other = replace(curves, rows=curves.rows[:-1])
    assert drawings(other, tmp_path, put) == dict.fromkeys(first, b"drawn again")
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{curves.name}.png", f"{curves.name}.svg"]
