"""Comparisons of a report: kept for the next one, unless something could not be read."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lightning_tickets.cli.draw import compare
from lightning_tickets.studies.measurement import Exhibit, Measurement

COLUMNS = {"label": [1, 0, 1, 1], "guess": [1, 0, 0, 1]}


class Reader(SimpleNamespace):
    """Of runs whose examples are all the same; those of ``broken`` cannot be read."""

    def columns(self, name: str) -> dict[str, list[int]] | None:
        self.read.append(name)
        if name in self.broken:
            self.unreadable[name] = "Input/output error"
            return None
        return COLUMNS

    def examples_checksum(self, name: str) -> str:
        return str(self.checksum)


def reader(broken: tuple[str, ...] = (), checksum: str = "") -> Any:
    return Reader(broken=broken, checksum=checksum, unreadable={}, read=[])


@pytest.fixture
def exhibit() -> Exhibit:
    cells = tuple(
        Measurement(row, "cola", "accuracy", 0.5, (0.7, 0.8), (f"{row}1", f"{row}2"), seeds=(1, 2))
        for row in ("full", "imp")
    )
    return Exhibit("table2", "Title", "Shows.", "table", ("full", "imp"), ("cola",), cells)


def test_examples_are_read_once(exhibit: Exhibit, tmp_path: Path) -> None:
    first, again = reader(), reader()
    made = compare([exhibit], first, tmp_path)
    assert made["table2"][0].examples is not None and set(first.read) == {"full1", "full2", "imp1", "imp2"}
    assert compare([exhibit], again, tmp_path) == made and not again.read


def test_other_runs_or_examples_are_compared_again(exhibit: Exhibit, tmp_path: Path) -> None:
    compare([exhibit], reader(), tmp_path)
    other, changed = reader(checksum="other"), reader()
    compare([exhibit], other, tmp_path)
    assert other.read
    compare([replace(exhibit, measurements=exhibit.measurements[::-1])], changed, tmp_path)
    assert changed.read


def test_what_could_not_be_read_is_read_next_time(exhibit: Exhibit, tmp_path: Path) -> None:
    assert compare([exhibit], reader(broken=("imp2",)), tmp_path)["table2"][0].examples is None
    well = reader()
    assert compare([exhibit], well, tmp_path)["table2"][0].examples is not None and "imp2" in well.read
