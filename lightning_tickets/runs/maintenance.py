"""Maintenance of a store: its contents, damaged artefacts, and garbage."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from lightning_tickets.errors import UserError
from lightning_tickets.runs import lease
from lightning_tickets.runs.store import MANIFEST, Store


def artefacts(store: Store) -> Iterator[str]:
    """The names of all artefacts, in order."""
    for manifest in sorted(store.root.rglob(MANIFEST)):
        if not any(part.startswith(".") for part in manifest.relative_to(store.root).parts):
            yield str(manifest.parent.relative_to(store.root))


def damaged(store: Store) -> Iterator[tuple[str, str]]:
    """Name and reason of every artefact with a missing file or a wrong checksum."""
    for name in artefacts(store):
        try:
            store.verify(name)
        except UserError as error:
            yield name, str(error)


def garbage(store: Store, checkpoints: Path) -> list[Path]:
    """Folders that can be removed: drafts without a living worker, checkpoints of finished runs, damaged artefacts."""
    living = {name for name, _ in lease.holders(store.root)}
    drafts = [path for path in sorted(store.root.rglob(".draft-*")) if _target(path, store.root) not in living]
    folders = sorted({path.parent for path in checkpoints.rglob("*.ckpt")}) if checkpoints.is_dir() else []
    over = [path for path in folders if store.has(name := str(path.relative_to(checkpoints))) and name not in living]
    return [*drafts, *over, *(store.path(name) for name, _ in damaged(store))]


def remove(paths: list[Path]) -> None:
    for path in paths:
        shutil.rmtree(path)


def _target(draft: Path, root: Path) -> str:
    """The artefact that a draft is for: ``.draft-round-03-x7k2`` lies in its chain's folder."""
    own = draft.name.removeprefix(".draft-").rpartition("-")[0]
    return str((draft.parent / own).relative_to(root))
