"""The checksum of a file."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path


def checksum(path: Path) -> str:
    """SHA-256 in hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_checksum(path: Path) -> str:
    """As ``checksum``, read again only when the file has changed."""
    state = path.stat()
    return _remembered(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=256)
def _remembered(path: Path, changed: int, size: int) -> str:
    return checksum(path)
