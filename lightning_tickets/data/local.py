"""A folder of the user's: official files, files of a task of the user's own, or a data set as the hub lays it out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from glob import escape
from pathlib import Path

from lightning_tickets.data.dataset_spec import DatasetSpec, DatasetSpecs, Files, HubSet
from lightning_tickets.data.readers import read_records
from lightning_tickets.data.rows import Columns, Row, rows
from lightning_tickets.errors import UserError
from lightning_tickets.fingerprints import file_checksum

Found = tuple[dict[str, tuple[Path, ...]], Columns]


class Local:
    """Rows below ``root``: a task's own folder, that folder within ``glue/``, or the folder of its hub data set."""

    name = "local"

    def __init__(self, root: str, specs: DatasetSpecs) -> None:
        try:
            self.root, self.specs = Path(root).expanduser(), specs
        except (TypeError, RuntimeError) as error:
            raise UserError(f"data.root={root}: allowed is the path of a folder") from error

    def fingerprint(self, task: str) -> str:
        splits, columns = self._found(task)
        content = hashlib.sha256(repr(columns).encode())
        for split, files in splits.items():
            content.update("".join([split, *map(_checksum, files)]).encode())
        return content.hexdigest()[:16]

    def counts(self, task: str) -> dict[str, int]:
        splits, columns = self._found(task)
        return {split: sum(_count(f, _checksum(f), columns) for f in files) for split, files in splits.items()}

    def fetch(self, task: str) -> None:
        """Nothing: it is there, or ``counts`` has said what is not."""

    def about(self, task: str) -> str:
        splits, _ = self._found(task)
        return ", ".join(f"{split}: {' '.join(file.name for file in files)}" for split, files in splits.items())

    def rows(self, task: str, split: str) -> Iterator[Row]:
        splits, columns = self._found(task)
        for file in splits[split]:
            yield from rows(read_records(file, columns.header), columns)

    def _found(self, task: str) -> Found:
        """The files of every split, in whichever of the two specs is there, and how their columns are read."""
        layout = self.specs.get(task, DatasetSpec(None, None))
        if not self.root.is_dir():
            raise UserError(f"data.root={self.root} is not a folder")
        on_hub = layout.hub and self._parquet(layout.hub)
        if on_hub and layout.hub:
            return on_hub, layout.hub.columns
        if layout.files is None:
            raise UserError(f"task={task} says nothing of files in a folder (task.files): data=local cannot read it")
        return self._files(layout.files), layout.files.columns

    def _files(self, files: Files) -> dict[str, tuple[Path, ...]]:
        places = [self.root / files.folder, self.root / "glue" / files.folder]
        folder = next((place for place in places if place.is_dir()), places[0])
        return {split: (_the_one(folder, pattern),) for split, pattern in files.splits}

    def _parquet(self, hub: HubSet) -> dict[str, tuple[Path, ...]] | None:
        """The files of each split in a clone of the data set, None where there is no such folder."""
        names = (hub.path, Path(hub.path).name, "")
        for folder in (self.root / name / part for name in names for part in (hub.config or "", "data")):
            found = {ours: _shards(folder, theirs) for ours, theirs in hub.splits}
            if any(found.values()):
                missing = [theirs for ours, theirs in hub.splits if not found[ours]]
                if missing:
                    raise UserError(f"data.root: no file {folder / missing[0]}-*.parquet")
                return found
        return None


def _shards(folder: Path, split: str) -> tuple[Path, ...]:
    """UserError for a part of a split's files, and for those of two versions of it."""
    name = escape(split)
    found = sorted([*folder.glob(f"{name}-*-of-*.parquet"), *folder.glob(f"{name}.parquet")])
    whole = {int(told[1]) if (told := re.search(r"-of-(\d+)", path.name)) else 1 for path in found}
    if found and whole != {len(found)}:
        sizes = " or ".join(map(str, sorted(whole)))
        raise UserError(f"data.root: {folder / split}-*.parquet are {len(found)} files, by their names {sizes}")
    return tuple(found)


def _the_one(folder: Path, pattern: str) -> Path:
    if (folder / pattern).is_file():
        return folder / pattern
    try:
        files = sorted(path for path in folder.glob(pattern) if path.is_file())
    except (ValueError, NotImplementedError):  # an absolute path, or no pattern
        files = []
    if len(files) > 1:
        raise UserError(f"data.root: {folder / pattern} fits {len(files)} files ({files[0].name}, {files[1].name} …)")
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
    """Reads and checks every row, once for the same content."""
    count = sum(1 for _ in rows(read_records(path, columns.header), columns))
    if not count:
        raise UserError(f"{path}: no rows{f' of {columns.width} columns' if columns.width else ''}")
    return count
