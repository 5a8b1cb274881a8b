"""Which of how many processes this is, as torchrun tells it. No torch here."""

from __future__ import annotations

import os


def rank() -> int:
    return int(os.environ.get("RANK", "0"))


def count() -> int:
    return int(os.environ.get("WORLD_SIZE", "1"))


def local_count() -> int:
    """Of the processes on this machine."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
