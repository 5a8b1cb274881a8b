"""What a report computed is kept on disk, so that the next one computes again only what has changed.

A file is sealed with what its data were computed from: one of something else, or a damaged one, is computed again and
replaced.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path

from pydantic import TypeAdapter

from lightning_tickets.runs.files import put_sealed, read_sealed
from lightning_tickets.studies.comparison import Comparison

CODE = ("published", "report", "studies")  # packages that decide what is computed
LIBRARIES = ("matplotlib", "numpy", "pillow", "scipy")
COMPARISONS = TypeAdapter(tuple[Comparison, ...])


def kept(
    path: Path | None, source: str, compute: Callable[[], bytes], sound: Callable[[], bool] = lambda: True
) -> bytes:
    """The data of ``path`` if they were computed from the same source, or else what ``compute`` returns, kept there.

    Nothing is kept with None for a path, or if what was computed is not ``sound``.
    """
    if path is None:
        return compute()
    key = f"{_code()} {source}".encode()
    known = read_sealed(path, key)
    if known is not None:
        return known
    data = compute()
    if sound():
        put_sealed(path, data, key)
    return data


def kept_comparisons(
    path: Path, source: str, compare: Callable[[], Iterable[Comparison]], sound: Callable[[], bool] = lambda: True
) -> tuple[Comparison, ...]:
    """As ``kept``; a number that is not finite is kept as one."""
    data = kept(path, source, lambda: json.dumps([asdict(one) for one in compare()]).encode(), sound)
    return COMPARISONS.validate_json(data)


@cache
def _code() -> str:
    """Changes with our code and with the libraries."""
    root = Path(__file__).resolve().parents[1]
    files = sorted(path for package in CODE for path in (root / package).rglob("*.py")) + [root / "points.py"]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files))
    return " ".join((digest.hexdigest(), *map(version, LIBRARIES)))
