"""The checksum of a file, read again only when the file has changed."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path


def file_checksum(path: Path) -> str:
    """SHA-256 in hex digits."""
    state = path.stat()
    return _checksum(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=256)
def _checksum(path: Path, changed: int, size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
