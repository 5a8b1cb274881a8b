"""The store of finished runs: one folder each, complete or absent.

An artefact is written as a draft and renamed into place. ``manifest.json`` holds the checksum of every file and is
verified on reading, so a damaged artefact is reported and never used.
"""

import errno
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lightning_tickets.errors import UserError
from lightning_tickets.fingerprints import checksum
from lightning_tickets.runs.identity import described
from lightning_tickets.runs.lease import Lease
from lightning_tickets.runs.world import rank

MANIFEST = "manifest.json"
SPEC = "spec.json"
TIMING = "timing.json"  # not in the manifest, since it differs between executions


class Store:
    """The folder of all runs; a ``name`` may have a part below the run's own, as in ``find-…/round-03``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, name: str) -> Path:
        return self.root / name

    def has(self, name: str) -> bool:
        return (self.path(name) / MANIFEST).is_file()

    @contextmanager
    def publish(self, name: str, spec: Any, lease: Lease | None = None) -> Iterator[Path]:
        """A draft folder, sealed and renamed into place when the block ends without an error.

        If another worker was first, its artefact stays: equal specs give equal bytes. Busy if the lease was taken over.
        """
        place = self.path(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".draft-{place.name}-", dir=place.parent))
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
        """Rename into place unless the artefact exists; a folder without a manifest is replaced."""
        if self.has(name):
            return
        try:
            draft.rename(self.path(name))
        except OSError as error:
            if self.has(name):
                return
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            shutil.rmtree(self.path(name))
            draft.rename(self.path(name))

    def open(self, name: str, spec: Any) -> Path:
        """The folder of a finished run, verified; UserError if it is damaged or was made by another spec."""
        place = self.path(name)
        self.verify(name)
        if not agrees(read_json(place / SPEC), described(spec)):
            raise UserError(
                f"{place}: its spec differs from today's under the same name (a default has changed): "
                "remove the folder, or raise the version of what changed"
            )
        return place

    def verify(self, name: str) -> None:
        """UserError naming the first file that is missing or whose checksum is not the manifest's."""
        place = self.path(name)
        try:
            manifest: Mapping[str, str] = read_json(place / MANIFEST)
            if SPEC not in manifest:
                raise ValueError(f"its manifest lists no {SPEC}")
            for file, expected in manifest.items():
                if checksum(place / file) != expected:
                    raise UserError(f"{place / file}: damaged (its checksum is not the manifest's): remove {place}")
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise UserError(f"{place}: damaged ({error}): remove the folder and run its command again") from error


def agrees(stored: Any, today: Any) -> bool:
    """Whether a stored spec equals today's; fields that are new since then may be missing."""
    if isinstance(stored, dict) and isinstance(today, dict):
        return all(key in today and agrees(value, today[key]) for key, value in stored.items())
    if isinstance(stored, list) and isinstance(today, list):
        return len(stored) == len(today) and all(map(agrees, stored, today))
    return bool(stored == today)


def write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, sort_keys=True, allow_nan=False) + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
