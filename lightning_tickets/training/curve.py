"""A curve as CSV that continues where an interrupted training was."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def continued(place: Path, logger: Any) -> Iterator[Any]:
    """Lightning starts ``metrics.csv`` again when a training is resumed: what it held is put before that."""
    curve, before = place / "metrics.csv", place / "metrics.before.csv"
    _append(before, curve)
    try:
        yield logger
    finally:
        _append(before, curve)
        if before.exists():
            before.replace(curve)


def _append(first: Path, then: Path) -> None:
    """The rows of ``then`` go to the end of ``first``, in place of any of the same step or a later one."""
    if not then.exists():
        return
    old, new = _rows(first), _rows(then)
    begins = min((int(row["step"]) for row in new), default=0)
    rows = [*(row for row in old if int(row["step"]) < begins), *new]
    with first.open("w", newline="") as file:
        writer = csv.DictWriter(file, sorted({key for row in rows for key in row}))
        writer.writeheader()
        writer.writerows(rows)
    then.unlink()


def _rows(path: Path) -> list[dict[str, str]]:
    """Those that are whole; nothing where there is no file."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return [row for row in csv.DictReader(file) if (row.get("step") or "").isdigit()]
