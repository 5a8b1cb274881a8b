"""Drawings that are kept on disk, so that a report draws again only what has changed.

A kept file begins with the SHA-256 of what follows: one that is lost or damaged is drawn again.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path

import lightning_tickets
from lightning_tickets.report.figures.draw import png, svg
from lightning_tickets.studies.measurement import Plottable

FORMATS: dict[str, Callable[[Plottable], bytes]] = {"png": png, "svg": svg}
CODE = ("published", "report", "studies")  # packages that a drawing is made by
LIBRARIES = ("matplotlib", "numpy", "pillow")


def drawings(what: Plottable, kept: Path | None, put: Callable[[Path, bytes], object]) -> dict[str, bytes]:
    """By format; read from the folder ``kept`` where the same was drawn before, or else left there by ``put``."""
    return {suffix: _drawing(what, suffix, kept, put) for suffix in FORMATS}


def _drawing(what: Plottable, suffix: str, kept: Path | None, put: Callable[[Path, bytes], object]) -> bytes:
    if kept is None:
        return FORMATS[suffix](what)
    path = kept / f"{hashlib.sha256(f'{_code()} {what!r}'.encode()).hexdigest()[:32]}.{suffix}"
    known = path.read_bytes() if path.is_file() else b""
    if known and hashlib.sha256(known[32:]).digest() == known[:32]:
        return known[32:]
    drawn = FORMATS[suffix](what)
    put(path, hashlib.sha256(drawn).digest() + drawn)
    return drawn


@cache
def _code() -> str:
    """Changes with whatever decides how a drawing looks: our code, and the libraries."""
    root = Path(lightning_tickets.__file__).parent
    files = sorted(path for package in CODE for path in (root / package).rglob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files))
    return " ".join((digest.hexdigest(), *map(version, LIBRARIES)))
