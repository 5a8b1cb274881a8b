"""Checksums of files, digests of texts, and what a pinned commit looks like."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path


def text_digest(text: str) -> str:
    """Sixteen hex digits of its SHA-256: what enters a run's identity."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def is_commit(text: str) -> bool:
    """Whether it is a whole commit, which pins what it names; a branch or a tag would move."""
    return re.fullmatch(r"[0-9a-f]{40}", text) is not None


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
