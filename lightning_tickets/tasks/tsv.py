"""GLUE's official files: columns split on tabs only, no quoting, so that lone quotation marks stay what they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lightning_tickets.errors import UserError


@dataclass(frozen=True)
class Layout:
    """Where a task's columns stand: by name in the header, or by number in a file without one.

    ``labels`` are the written labels in the order of their numbers; empty for a number to be read as it is.
    """

    folder: str
    first: str | int
    second: str | int | None
    label: str | int
    labels: tuple[str, ...] = ()

    @property
    def header(self) -> bool:
        return isinstance(self.first, str)


def read_table(path: Path, layout: Layout) -> list[dict[str, Any]]:
    """Rows with ``first``, ``second`` and ``label``; UserError naming file, line and reason for anything else."""
    lines = _lines(path)
    columns, body = _columns(path, lines, layout)
    rows = [_row(f"{path}, line {number}", line.split("\t"), columns, layout.labels) for number, line in body]
    if not rows:
        raise UserError(f"{path}: no rows")
    return rows


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 at byte {error.start}") from error
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    return text.replace("\r\n", "\n").rstrip("\n").split("\n") if text.strip() else []


def _columns(path: Path, lines: list[str], layout: Layout) -> tuple[dict[str, int], list[tuple[int, str]]]:
    """The number of each column that is read, and the numbered lines below the header."""
    wanted: Mapping[str, str | int | None] = {
        "first": layout.first,
        "second": layout.second,
        "label": layout.label,
    }
    numbered = list(enumerate(lines, start=1))
    if not layout.header:
        return {name: int(place) for name, place in wanted.items() if place is not None}, numbered
    header = lines[0].split("\t") if lines else []
    missing = [place for place in wanted.values() if place is not None and place not in header]
    if missing:
        raise UserError(
            f"{path}, line 1: no column {missing[0]!r}; its columns are {', '.join(map(repr, header)) or 'none'}"
        )
    return {n: header.index(str(place)) for n, place in wanted.items() if place is not None}, numbered[1:]


def _row(where: str, cells: list[str], columns: Mapping[str, int], labels: tuple[str, ...]) -> dict[str, Any]:
    if len(cells) <= max(columns.values()):
        raise UserError(f"{where}: {len(cells)} columns, at least {max(columns.values()) + 1} are needed")
    read: Callable[[str], Any] = _number if not labels else labels.index
    try:
        label = read(cells[columns["label"]])
    except ValueError:
        allowed = ", ".join(labels) if labels else "numbers"
        raise UserError(f"{where}: label {cells[columns['label']]!r}; allowed are {allowed}") from None
    second = cells[columns["second"]] if "second" in columns else None
    return {"first": cells[columns["first"]], "second": second, "label": label}


def _number(text: str) -> float:
    """ValueError for anything but a finite number."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value
