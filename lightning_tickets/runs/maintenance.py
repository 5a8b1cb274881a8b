"""Maintenance of a store: its contents, damaged artefacts, and garbage."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lightning_tickets.errors import Damaged
from lightning_tickets.runs import lease
from lightning_tickets.runs.files import check_folder, entries, is_folder
from lightning_tickets.runs.store import DRAFT, MANIFEST, Store

Check = Callable[[str], object]
"""Takes the name of an artefact; Damaged if that is what it is."""


@dataclass(frozen=True)
class Garbage:
    """Folders that can be removed; ``odd`` is what was found beside them and is left alone."""

    folders: list[Path]
    odd: list[Damaged]


def artefacts(store: Store) -> Iterator[str]:
    """The names of all artefacts, in order; a link is named and not followed."""
    for entry in entries(store.root):
        inside = entries(entry.path) if is_folder(entry) else []
        complete = any(one.name == MANIFEST for one in inside)
        if complete or entry.is_symlink():
            yield entry.name
        for one in inside:
            if (one.is_symlink() and not complete) or (is_folder(one) and os.path.lexists(Path(one.path, MANIFEST))):
                yield f"{entry.name}/{one.name}"


def damaged(names: Iterable[str], check: Check) -> Iterator[tuple[str, Damaged]]:
    """Those of the artefacts that do not pass, and why."""
    for name in names:
        try:
            check(name)
        except Damaged as damage:
            yield name, damage


def garbage(store: Store, checkpoints: Path, check: Check) -> Garbage:
    """Drafts without a living worker, checkpoints of finished runs, artefacts that do not pass.

    A worker whose lease cannot be read may be living, and a file may be whole that the machine has failed to read.
    """
    leases = dict(lease.leases(store.root))
    living = {name for name, held in leases.items() if isinstance(held, Damaged) or not held.is_dead}
    drafts = [path for path in _drafts(store.root) if _target(path, store.root) not in living]
    over = [checkpoints / name for name in _folders(checkpoints) if name not in living and store.has(name)]
    broken = list(damaged(artefacts(store), check))
    folders, odd = _split([*drafts, *over, *(store.path(name) for name, why in broken if not why.may_be_whole)])
    unread = [held for held in leases.values() if isinstance(held, Damaged)]
    return Garbage(folders, [*unread, *(why for _, why in broken if why.may_be_whole), *odd])


def remove(paths: Iterable[Path]) -> list[str]:
    """What could not be removed, a line each."""
    kept = []
    for path in paths:
        try:
            shutil.rmtree(path)
        except OSError as error:
            kept.append(f"{path}: not removed ({error.strerror})")
    return kept


def _split(paths: Iterable[Path]) -> tuple[list[Path], list[Damaged]]:
    """Folders, and what is none (a link, a file)."""
    folders, odd = list[Path](), list[Damaged]()
    for path in paths:
        try:
            check_folder(path)
            folders.append(path)
        except Damaged as damage:
            odd.append(damage)
    return folders, odd


def _folders(root: Path) -> Iterator[str]:
    """The names of the folders in a folder and in those, as artefacts have them."""
    for entry in filter(is_folder, entries(root)):
        yield entry.name
        yield from (f"{entry.name}/{one.name}" for one in entries(entry.path) if is_folder(one))


def _drafts(root: Path) -> list[Path]:
    """Whatever is named like a draft, where drafts are made: beside artefacts."""
    places = [root, *(Path(entry.path) for entry in entries(root) if is_folder(entry))]
    return [path for place in places for path in sorted(place.glob(f"{DRAFT}*"))]


def _target(draft: Path, root: Path) -> str:
    """The artefact that a draft is for: ``.draft-round-03-x7k2`` lies in its search's folder."""
    own = draft.name.removeprefix(DRAFT).rpartition("-")[0]
    return str((draft.parent / own).relative_to(root))
