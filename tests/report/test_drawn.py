"""Drawings that are kept: read again only where the same was drawn, and whole."""

import hashlib
from dataclasses import replace
from pathlib import Path

from lightning_tickets.report.figures.draw import svg
from lightning_tickets.report.figures.drawn import drawings
from lightning_tickets.report.write import put
from lightning_tickets.studies.measurement import Exhibit


def test_a_drawing_is_kept_until_it_changes_or_is_damaged(tmp_path: Path, curves: Exhibit) -> None:
    first = drawings(curves, tmp_path, put)
    assert first["svg"] == svg(curves) and sorted(path.suffix for path in tmp_path.iterdir()) == [".png", ".svg"]
    (kept,) = tmp_path.glob("*.svg")
    assert kept.read_bytes()[32:] == first["svg"]
    kept.write_bytes(hashlib.sha256(b"kept").digest() + b"kept")
    assert drawings(curves, tmp_path, put) == first | {"svg": b"kept"}
    assert drawings(replace(curves, rows=curves.rows[:-1]), tmp_path, put)["svg"] not in (first["svg"], b"kept")
    kept.write_bytes(kept.read_bytes()[:-1])
    assert drawings(curves, tmp_path, put) == first == drawings(curves, None, put)
    assert kept.read_bytes()[32:] == first["svg"]
