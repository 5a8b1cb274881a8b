"""Drawings that are kept on disk, so that a report draws again only what has changed.

A report keeps one drawing of an exhibit in each format. Its file begins with the SHA-256 of what it was drawn from and
of the drawing: one of something else, or a damaged one, is drawn again and replaced.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from lightning_tickets.report.figures.draw import png, svg
from lightning_tickets.studies.measurement import Plottable

FORMATS: dict[str, Callable[[Plottable], bytes]] = {"png": png, "svg": svg}
CODE = ("published", "report", "studies")  # packages that a drawing is made by
LIBRARIES = ("matplotlib", "numpy", "pillow")


def drawings(what: Plottable, kept: Path | None, put: Callable[[Path, bytes], object]) -> dict[str, bytes]:
    """By format; read from ``kept``, a report's folder, if the same was drawn last, or else left there by ``put``."""
    return {suffix: _drawing(what, suffix, kept, put) for suffix in FORMATS}


def _drawing(what: Plottable, suffix: str, kept: Path | None, put: Callable[[Path, bytes], object]) -> bytes:
    if kept is None:
        return FORMATS[suffix](what)
    path, source = kept / f"{what.name}.{suffix}", f"{_code()} {what!r}".encode()
    known = path.read_bytes() if path.is_file() else b""
    if known[:32] == hashlib.sha256(source + known[32:]).digest():
        return known[32:]
    drawn = FORMATS[suffix](what)
    put(path, hashlib.sha256(source + drawn).digest() + drawn)
    return drawn


@cache
def _code() -> str:
    """Changes with whatever decides how a drawing looks: our code, and the libraries."""
    root = Path(__file__).resolve().parents[2]
    files = sorted(path for package in CODE for path in (root / package).rglob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files))
    return " ".join((digest.hexdigest(), *map(version, LIBRARIES)))
