"""Looking after a store: what is in it, what is damaged, and what nothing needs any more."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from lightning_tickets.errors import UserError
from lightning_tickets.runs import lease
from lightning_tickets.runs.store import MANIFEST, Store


def artefacts(store: Store) -> Iterator[str]:
    """The names of all that is there, in order."""
    for manifest in sorted(store.root.rglob(MANIFEST)):
        if not any(part.startswith(".") for part in manifest.relative_to(store.root).parts):
            yield str(manifest.parent.relative_to(store.root))


def damaged(store: Store) -> Iterator[tuple[str, str]]:
    """Name and reason of every artefact of which a file is missing or not what its manifest says."""
    for name in artefacts(store):
        try:
            store.verify(name)
        except UserError as error:
            yield name, str(error)


def garbage(store: Store, beside: Path) -> list[Path]:
    """Folders that nothing refers to: drafts and checkpoints without a living worker, and damaged artefacts.

    ``beside`` is the folder of checkpoints. A checkpoint of what is not finished is kept: it is where one goes on.
    """
    living = {name for name, _ in lease.holders(store.root)}
    drafts = [path for path in sorted(store.root.rglob(".draft-*")) if _of(path, store.root) not in living]
    written = sorted({path.parent for path in beside.rglob("*.ckpt")}) if beside.is_dir() else []
    over = [path for path in written if store.has(name := str(path.relative_to(beside))) and name not in living]
    return [*drafts, *over, *(store.path(name) for name, _ in damaged(store))]


def remove(paths: list[Path]) -> None:
    for path in paths:
        shutil.rmtree(path)


def _of(draft: Path, root: Path) -> str:
    """The artefact that a draft was to be: ``.draft-round-03-x7k2`` in its chain's folder."""
    own = draft.name.removeprefix(".draft-").rpartition("-")[0]
    return str((draft.parent / own).relative_to(root))
