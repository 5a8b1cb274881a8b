"""Data sets of the hub through ``datasets``, each at a pinned commit, which is its fingerprint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lightning_tickets.data.dataset_spec import DatasetSpecs, HubSet
from lightning_tickets.data.readers import Records
from lightning_tickets.data.rows import Row, rows
from lightning_tickets.errors import UserError, reason
from lightning_tickets.fingerprints import is_commit, text_digest


class Hub:
    """Downloads into the library's own cache on first use; its offline variables are honoured."""

    name = "hub"

    def __init__(self, specs: DatasetSpecs) -> None:
        self.specs = specs

    def fingerprint(self, task: str) -> str:
        return text_digest(repr(self._set(task)))

    def counts(self, task: str) -> dict[str, int]:
        """What the task's YAML says, so that planning needs no network; where it says nothing, what is downloaded."""
        hub = self._set(task)
        known = dict(hub.rows)
        return {split: known.get(split) or self._loaded(hub, name).num_rows for split, name in hub.splits}

    def fetch(self, task: str) -> None:
        for _, name in self._set(task).splits:
            self._loaded(self._set(task), name)

    def about(self, task: str) -> str:
        hub = self._set(task)
        return f"{_name(hub)} at {hub.revision[:8]}"

    def rows(self, task: str, split: str) -> Iterator[Row]:
        hub = self._set(task)
        return rows(self._records(hub, dict(hub.splits)[split]), hub.columns)

    def _set(self, task: str) -> HubSet:
        hub = self.specs[task].hub if task in self.specs else None
        if hub is None:
            raise UserError(f"task={task} says nothing of a data set (task.hub): data=hub cannot read it")
        if not is_commit(hub.revision):
            raise UserError(f"task.hub.revision={hub.revision}: allowed is a commit of 40 hex digits")
        return hub

    def _records(self, hub: HubSet, split: str) -> Records:
        for number, record in enumerate(self._loaded(hub, split)):
            yield f"{_name(hub)}, {split} row {number}", record

    def _loaded(self, hub: HubSet, split: str) -> Any:
        import datasets
        from huggingface_hub.utils import logging

        logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # how often it tries again
        wanted = f"data=hub: {_name(hub)} at {hub.revision[:8]}"
        try:
            found = datasets.load_dataset(hub.path, hub.config, split=split, revision=hub.revision)
        except Exception as error:
            instead = "data=local data.root=DIR reads a folder"
            raise UserError(f"{wanted} cannot be loaded ({reason(error)}); {instead}") from error
        if not _pinned(found, hub):
            raise UserError(f"{wanted} cannot be had: this machine has only another version of it")
        return found


def _pinned(found: Any, hub: HubSet) -> bool:
    """``datasets`` takes whatever version it has cached where it does not reach the hub, and a folder of that name.

    What it keeps lies in a folder named by the commit. An absolute path is a folder of the user's on purpose.
    """
    kept = (Path(file["filename"]) for file in found.cache_files)
    return Path(hub.path).is_absolute() or any(hub.revision in file.parts for file in kept)


def _name(hub: HubSet) -> str:
    return f"{hub.path} {hub.config}" if hub.config else hub.path
