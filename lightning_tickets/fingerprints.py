"""Checksums of files, digests of texts, and the form of a pinned commit."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path


def text_digest(text: str) -> str:
    """The first 16 hex digits of its SHA-256, as part of a run's identity."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def is_commit(text: str) -> bool:
    """Whether it is a full commit hash; a branch or a tag could move."""
    return re.fullmatch(r"[0-9a-f]{40}", text) is not None


def checksum(path: Path) -> str:
    """SHA-256 in hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_checksum(path: Path) -> str:
    """As ``checksum``, cached until the file changes."""
    state = path.stat()
    return _remembered(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=256)
def _remembered(path: Path, changed: int, size: int) -> str:
    return checksum(path)
