"""Where a task's rows lie: in files of its own form, and in a data set of the hub. Both as the task's YAML says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lightning_tickets.data.rows import Columns

SPLITS = ("train", "dev")


@dataclass(frozen=True)
class Files:
    """``folder`` below the data's root; ``splits`` name a file each, or a pattern that fits one."""

    folder: str
    splits: tuple[tuple[str, str], ...]
    columns: Columns


@dataclass(frozen=True)
class HubSet:
    """A data set of the hub: its path, its config if it has any, the pinned commit, and its name for each split.

    ``rows`` is how many each split has, where that is known without asking the hub.
    """

    path: str
    config: str | None
    revision: str
    splits: tuple[tuple[str, str], ...]
    columns: Columns
    rows: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class DatasetSpec:
    """What a task's YAML says of its data; ``official`` is the number of rows that each whole split has."""

    files: Files | None
    hub: HubSet | None
    official: tuple[tuple[str, int], ...] = ()


DatasetSpecs = Mapping[str, DatasetSpec]
