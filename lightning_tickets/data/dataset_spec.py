"""Where a task's rows are: in local files, and in a data set of the Hugging Face hub, by the task's YAML."""

from collections.abc import Mapping
from dataclasses import dataclass

from lightning_tickets.data.rows import Columns

SPLITS = ("train", "dev")


@dataclass(frozen=True)
class Files:
    """``folder`` is below the data root; ``splits`` gives each split a file name or a pattern that matches one file."""

    folder: str
    splits: tuple[tuple[str, str], ...]
    columns: Columns


@dataclass(frozen=True)
class HubSet:
    """A data set of the hub at a pinned commit: its path, optional config, and its name for each split.

    ``rows`` is the row count of each split, where it is known without a download.
    """

    path: str
    config: str | None
    revision: str
    splits: tuple[tuple[str, str], ...]
    columns: Columns
    rows: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class DatasetSpec:
    """``official`` is the row count of each complete split."""

    files: Files | None
    hub: HubSet | None
    official: tuple[tuple[str, int], ...] = ()


DatasetSpecs = Mapping[str, DatasetSpec]
