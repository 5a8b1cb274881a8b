"""The store of finished runs: one folder each, complete or absent.

An artefact is written as a draft and renamed into place. ``manifest.json`` holds the checksum of every file and is
verified on reading, so a damaged artefact is reported and never used (see ``snapshot`` for those who only read).
"""

import errno
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, StringConstraints, TypeAdapter

from lightning_tickets.errors import Damaged, UserError
from lightning_tickets.runs.files import check_folder, checksum, file_size, make_folder, read
from lightning_tickets.runs.identity import described
from lightning_tickets.runs.lease import Lease
from lightning_tickets.runs.world import rank

DRAFT = ".draft-"  # how the name of an unfinished artefact begins
MANIFEST = "manifest.json"
SPEC = "spec.json"
TIMING = "timing.json"  # not in the manifest, since it differs between executions
OBJECT = TypeAdapter(dict[str, Any])
CHECKSUMS = TypeAdapter(dict[Annotated[str, StringConstraints(pattern=r"^\w[\w.-]*$")], str])
T = TypeVar("T")


@dataclass(frozen=True)
class Timing:
    """How long a training took, when it ended (ISO 8601, UTC), and the version of the suite and the machine."""

    seconds: Annotated[float, Field(ge=0, le=1e9)]
    finished: str | None = None
    version: str | None = None
    machine: str | None = None


TIMES = TypeAdapter(Timing)


class Store:
    """The folder of all runs; a ``name`` may have a part below the run's own, as in ``find-…/round-03``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, name: str) -> Path:
        """The folder of an artefact; UserError for a name that leads out of the store."""
        if {"", ".", ".."} & set(name.split("/")):
            raise UserError(f"{name}: expected the name of a run")
        return self.root / name

    def has(self, name: str) -> bool:
        return (self.path(name) / MANIFEST).is_file()

    @contextmanager
    def publish(self, name: str, spec: Any, lease: Lease | None = None) -> Iterator[Path]:
        """A draft folder, sealed and renamed into place when the block ends without an error.

        If another worker was first, its artefact stays: equal specs give equal bytes. Busy if the lease was taken over.
        """
        place = self.path(name)
        make_folder(place.parent)
        draft = Path(tempfile.mkdtemp(prefix=f"{DRAFT}{place.name}-", dir=place.parent))
        try:
            yield draft
            write_json(draft / SPEC, described(spec))
            sealed = sorted(file.name for file in draft.iterdir() if file.name != TIMING)
            write_json(draft / MANIFEST, {file: checksum(draft / file) for file in sealed})
            draft.chmod(0o755)
            if rank() == 0:  # one of several processes publishes
                if lease is not None:
                    lease.check()
                self._move(draft, name)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _move(self, draft: Path, name: str) -> None:
        """Rename into place unless the artefact exists; a link, a file or a folder without a manifest is replaced."""
        place = self.path(name)
        if self.has(name):
            return
        try:
            draft.rename(place)
        except OSError as error:
            if self.has(name):
                return
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
                raise
            place.unlink() if error.errno == errno.ENOTDIR else shutil.rmtree(place)
            draft.rename(place)

    def open(self, name: str, spec: Any) -> Path:
        """The folder of a finished run, verified; UserError if it is damaged or was made by another spec."""
        place = self.path(name)
        self.verify(name)
        if not agrees(self.read(name, SPEC, OBJECT), described(spec)):
            raise UserError(
                f"{place}: its spec differs from today's under the same name (a default has changed): "
                "remove the folder, or raise the version of what changed"
            )
        return place

    def read(self, name: str, file: str, of: TypeAdapter[T]) -> T:
        """The value in a JSON file of an artefact; Damaged if it is not of this type."""
        return read(self._folder(name) / file, of, self.path(name))

    def seconds(self, name: str) -> float | None:
        """How long its training took; None if the record is missing or unreadable: only estimates depend on it."""
        timing = self.timing(name)
        return timing.seconds if timing else None

    def timing(self, name: str) -> Timing | None:
        """How an artefact was made; None if the record is missing or unreadable."""
        try:
            return self.read(name, TIMING, TIMES)
        except Damaged:
            return None

    def verify(self, name: str, most: int | None = None) -> dict[str, str]:
        """The checksums of its files; Damaged names the first file that is missing or has another one.

        Those of more than ``most`` bytes are not computed.
        """
        place = self._folder(name)
        manifest = read(place / MANIFEST, CHECKSUMS, place)
        if SPEC not in manifest:
            raise Damaged(place / MANIFEST, f"it lists no {SPEC}", place)
        for file, expected in manifest.items():
            small = most is None or file_size(place / file, place) <= most
            if small and checksum(place / file, place) != expected:
                raise Damaged(place / file, "its checksum is not the manifest's", place)
        return manifest

    def _folder(self, name: str) -> Path:
        """Damaged if a part of it is no folder of the store's own but a link."""
        for part in reversed([Path(name), *Path(name).parents][:-1]):
            check_folder(self.root / part)
        return self.path(name)


def agrees(stored: Any, today: Any) -> bool:
    """Whether a stored spec equals today's; fields that are new since then may be missing."""
    if stored == today:
        return True
    if isinstance(stored, dict) and isinstance(today, dict):
        return all(key in today and agrees(value, today[key]) for key, value in stored.items())
    if isinstance(stored, list) and isinstance(today, list):
        return len(stored) == len(today) and all(map(agrees, stored, today))
    return False


def write_json(path: Path, value: Any) -> None:
    path.write_text(json_text(value), encoding="utf-8")


def json_text(value: Any) -> str:
    return json.dumps(value, indent=1, sort_keys=True, allow_nan=False) + "\n"
