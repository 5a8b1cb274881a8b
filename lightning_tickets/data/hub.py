"""Data sets of the Hugging Face hub through ``datasets``, each at a pinned commit, which is its fingerprint."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from lightning_tickets.data.dataset_spec import DatasetSpecs, HubSet
from lightning_tickets.data.readers import Records
from lightning_tickets.data.rows import Row, rows
from lightning_tickets.errors import UserError, reason
from lightning_tickets.fingerprints import is_commit, text_digest


class Hub:
    """Downloads into the library's own cache on first use; obeys its offline variables."""

    name = "hub"

    def __init__(self, specs: DatasetSpecs) -> None:
        self.specs = specs

    def fingerprint(self, task: str) -> str:
        return text_digest(repr(self._set(task)))

    def counts(self, task: str) -> dict[str, int]:
        """From the task's YAML, so that planning needs no network; splits that it leaves out are downloaded."""
        hub = self._set(task)
        known = dict(hub.rows)
        return {split: known.get(split) or _count(hub, name) for split, name in hub.splits}

    def fetch(self, task: str) -> None:
        for _, name in self._set(task).splits:
            _loaded(self._set(task), name)

    def about(self, task: str) -> str:
        hub = self._set(task)
        return f"{_name(hub)} at {hub.revision[:8]}"

    def rows(self, task: str, split: str) -> Iterator[Row]:
        hub = self._set(task)
        return rows(_records(hub, dict(hub.splits)[split]), hub.columns)

    def _set(self, task: str) -> HubSet:
        hub = self.specs[task].hub if task in self.specs else None
        if hub is None:
            raise UserError(f"task={task} defines no hub data set (task.hub), which data=hub needs")
        if not is_commit(hub.revision):
            raise UserError(f"task.hub.revision={hub.revision}: expected a commit of 40 hex digits")
        return hub


@lru_cache(maxsize=256)  # a commit's rows do not change; each task of a plan asks
def _count(hub: HubSet, split: str) -> int:
    """Without the rows that are left out."""
    if hub.columns.drop or hub.columns.width:
        return sum(1 for _ in rows(_records(hub, split), hub.columns))
    return int(_loaded(hub, split).num_rows)


def _records(hub: HubSet, split: str) -> Records:
    for number, record in enumerate(_loaded(hub, split)):
        yield f"{_name(hub)}, {split} row {number}", record


def _loaded(hub: HubSet, split: str) -> Any:
    import datasets
    from huggingface_hub.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # hides retries
    name = f"data=hub: {_name(hub)} at {hub.revision[:8]}"
    try:
        loaded = datasets.load_dataset(hub.path, hub.config, split=split, revision=hub.revision)
    except Exception as error:
        raise UserError(
            f"{name} cannot be loaded ({reason(error)}); to read a folder: data=local data.root=DIR"
        ) from error
    if not _is_pinned(loaded, hub):
        raise UserError(f"{name} is not available: this machine has only another version of it")
    return loaded


def _is_pinned(loaded: Any, hub: HubSet) -> bool:
    """Whether the pinned commit was loaded. Offline, ``datasets`` falls back to any cached version or folder.

    Its cache folders are named by the commit. An absolute path is the user's own folder.
    """
    files = (Path(file["filename"]) for file in loaded.cache_files)
    return Path(hub.path).is_absolute() or any(hub.revision in file.parts for file in files)


def _name(hub: HubSet) -> str:
    return f"{hub.path} {hub.config}" if hub.config else hub.path
