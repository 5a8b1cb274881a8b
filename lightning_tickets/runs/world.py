"""The rank of this process and their number, from torchrun's environment; without torch."""

import os


def rank() -> int:
    return int(os.environ.get("RANK", "0"))


def world_size() -> int:
    return int(os.environ.get("WORLD_SIZE", "1"))


def local_world_size() -> int:
    """Of the processes on this machine."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
