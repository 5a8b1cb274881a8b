"""The store for those who only read: what has been found sound once is not verified again."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from lightning_tickets.errors import UserError
from lightning_tickets.runs.files import put_sealed, read_sealed
from lightning_tickets.runs.store import Store

INDEX = ".verified"
SETTLED = 2 * 10**9  # nanoseconds: a file that changed later could change again without another time
State = dict[str, tuple[int, int, int, int]]
"""Inode, size, and the times in nanoseconds of the last change of content and of attributes, by file."""


@dataclass(frozen=True)
class Verified:
    """The manifest of an artefact that was verified, and the state of its files before."""

    manifest: dict[str, str]
    state: State


VERIFIED = TypeAdapter(dict[str, Verified])


class Snapshot(Store):
    """A store that verifies each artefact once. What is missing or damaged is looked at again.

    ``keep`` leaves an index of what is sound: another process verifies only artefacts whose files have changed since.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._new: dict[str, Verified] = {}
        self._sound: dict[tuple[str, int | None], dict[str, str]] = {}
        self._folders: dict[str, Path] = {}

    def verify(self, name: str, most: int | None = None) -> dict[str, str]:
        """As that of ``Store``."""
        if (name, most) not in self._sound:
            self._sound[name, most] = self._verify(name, most)
        return self._sound[name, most]

    def keep(self) -> None:
        """Add what was verified to the index; nothing where the store cannot be written to."""
        if self._new:
            whole = {name: one for name, one in (self._index | self._new).items() if self._is_there(name)}
            with suppress(OSError):
                put_sealed(self.root / INDEX, VERIFIED.dump_json(whole))

    @cached_property
    def _index(self) -> dict[str, Verified]:
        """Empty where it is missing or damaged: everything is then verified."""
        with suppress(ValidationError):  # another version's
            return VERIFIED.validate_json(read_sealed(self.root / INDEX) or b"{}")
        return {}

    def _verify(self, name: str, most: int | None) -> dict[str, str]:
        known = self._index.get(name)
        if known is None and most is not None:
            return super().verify(name, most)
        now, state = time.time_ns(), _state(self._folder(name))
        if known is not None and known.state == state:
            return known.manifest
        manifest = super().verify(name, most)
        settled = all(max(times) < now - SETTLED for _, _, *times in state.values())
        if most is None and settled and manifest.keys() <= state.keys():
            self._new[name] = Verified(manifest, state)
        return manifest

    def _is_there(self, name: str) -> bool:
        with suppress(OSError, UserError):
            return self.has(name)
        return False

    def _folder(self, name: str) -> Path:
        if name not in self._folders:
            self._folders[name] = super()._folder(name)
        return self._folders[name]


def _state(folder: Path) -> State:
    """Empty where the folder cannot be listed."""
    with suppress(OSError), os.scandir(folder) as entries:
        found = {entry.name: entry.stat(follow_symlinks=False) for entry in entries}
        return {name: (one.st_ino, one.st_size, one.st_mtime_ns, one.st_ctime_ns) for name, one in found.items()}
    return {}
