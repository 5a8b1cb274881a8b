"""A local folder: official files, files of the user's own task, or a clone of a hub data set."""

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from glob import escape
from pathlib import Path

from lightning_tickets import checks
from lightning_tickets.data.dataset_spec import DatasetSpec, DatasetSpecs, Files, HubSet
from lightning_tickets.data.readers import read_records
from lightning_tickets.data.rows import Columns, Row, rows
from lightning_tickets.errors import UserError
from lightning_tickets.fingerprints import file_checksum

SplitFiles = dict[str, tuple[Path, ...]]


class Local:
    """Rows below ``root``: a task's own folder, that folder within ``glue/``, or the folder of its hub data set."""

    name = "local"

    def __init__(self, root: str, specs: DatasetSpecs) -> None:
        self.root, self.specs = Path(checks.folder("data.root", root)).expanduser(), specs

    def fingerprint(self, task: str) -> str:
        splits, columns = self._files(task)
        content = hashlib.sha256(repr(columns).encode())
        for split, files in splits.items():
            content.update("".join([split, *map(_checksum, files)]).encode())
        return content.hexdigest()[:16]

    def counts(self, task: str) -> dict[str, int]:
        splits, columns = self._files(task)
        return {split: sum(_count(f, _checksum(f), columns) for f in files) for split, files in splits.items()}

    def fetch(self, task: str) -> None:
        """Nothing to download: ``counts`` names what is missing."""

    def about(self, task: str) -> str:
        splits, _ = self._files(task)
        return ", ".join(f"{split}: {' '.join(file.name for file in files)}" for split, files in splits.items())

    def rows(self, task: str, split: str) -> Iterator[Row]:
        splits, columns = self._files(task)
        for file in splits[split]:
            yield from rows(read_records(file, columns.header), columns)

    def _files(self, task: str) -> tuple[SplitFiles, Columns]:
        """The files of each split, of a clone of the hub data set if there is one, and their columns."""
        spec = self.specs.get(task, DatasetSpec(None, None))
        if not self.root.is_dir():
            raise UserError(f"data.root={self.root} is not a folder")
        clone = spec.hub and self._clone(spec.hub, spec.files is not None)
        if clone and spec.hub:
            return clone, spec.hub.columns
        if spec.files is None:
            raise UserError(f"task={task} defines no files (task.files), which data=local needs")
        return self._own_files(spec.files), spec.files.columns

    def _own_files(self, files: Files) -> SplitFiles:
        folders = [self.root / files.folder, self.root / "glue" / files.folder]
        folder = next((folder for folder in folders if folder.is_dir()), folders[0])
        return {split: (_matching_file(folder, pattern),) for split, pattern in files.splits}

    def _clone(self, hub: HubSet, has_files: bool) -> SplitFiles | None:
        """The Parquet files of each split in a clone of the data set; None without a clone."""
        for folder in self._folders(hub, has_files):
            shards = {ours: _shards(folder, theirs) for ours, theirs in hub.splits}
            if any(shards.values()):
                missing = [theirs for ours, theirs in hub.splits if not shards[ours]]
                if missing:
                    raise UserError(f"data.root: no file {folder / missing[0]}-*.parquet")
                return shards
        return None

    def _folders(self, hub: HubSet, has_files: bool) -> Iterator[Path]:
        """Where a clone may be. ``DIR/data`` may be of any data set: that of a task with files and a config is not."""
        for name in (hub.path, Path(hub.path).name, ""):
            yield self.root / name / (hub.config or "")
            if name or not (hub.config and has_files):
                yield self.root / name / "data"


def _shards(folder: Path, split: str) -> tuple[Path, ...]:
    """The files of a split, in order; UserError if some are missing or belong to another version."""
    name = escape(split)
    files = sorted([*folder.glob(f"{name}-*-of-*.parquet"), *folder.glob(f"{name}.parquet")])
    totals = {int(match[1]) if (match := re.search(r"-of-(\d+)", path.name)) else 1 for path in files}
    if files and totals != {len(files)}:
        named = " or ".join(map(str, sorted(totals)))
        raise UserError(f"data.root: {folder / split}-*.parquet are {len(files)} files, but their names say {named}")
    return tuple(files)


def _matching_file(folder: Path, pattern: str) -> Path:
    if (folder / pattern).is_file():
        return folder / pattern
    try:
        files = sorted(path for path in folder.glob(pattern) if path.is_file())
    except (ValueError, NotImplementedError):  # an absolute path or an invalid pattern
        files = []
    if len(files) > 1:
        names = f"{files[0].name}, {files[1].name} …"
        raise UserError(f"data.root: {folder / pattern} matches {len(files)} files ({names})")
    if not files:
        raise UserError(f"data.root: no file {folder / pattern}")
    return files[0]


def _checksum(path: Path) -> str:
    try:
        return file_checksum(path)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error


@lru_cache(maxsize=256)
def _count(path: Path, checksum: str, columns: Columns) -> int:
    """Read and check every row, once per content."""
    count = sum(1 for _ in rows(read_records(path, columns.header), columns))
    if not count:
        raise UserError(f"{path}: no rows{f' of {columns.width} columns' if columns.width else ''}")
    return count
