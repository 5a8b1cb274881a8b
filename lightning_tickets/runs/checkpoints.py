"""The names of a training's checkpoints: ``step-<n>-<checksum>.ckpt``. What has another name is none, and ignored."""

import re
from pathlib import Path
from typing import NamedTuple

from lightning_tickets.runs.files import entries

NAME = re.compile(r"step-([0-9]{1,12})-([0-9a-f]+)\.ckpt")


class Saved(NamedTuple):
    """``digest`` is the beginning of the file's checksum."""

    step: int
    digest: str
    path: Path


def file_name(step: int, digest: str) -> str:
    return f"step-{step}-{digest}.ckpt"


def saved(folder: Path) -> list[Saved]:
    """The checkpoints in a folder, the furthest first; nothing where there is no folder."""
    found = [
        Saved(int(name[1]), name[2], Path(entry.path))
        for entry in entries(folder)
        if entry.is_file(follow_symlinks=False) and (name := NAME.fullmatch(entry.name))
    ]
    return sorted(found, reverse=True)
