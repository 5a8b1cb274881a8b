"""Who makes an artefact: one worker at a time, on any machine that shares the folder.

A lease is a numbered file that only one process can create (exclusive creation is atomic on NFS too). The highest
number holds. A holder beats by rewriting its file; who has watched a lease without a beat for its whole time, by the
watcher's own clock, creates the next number, and one whose process is known to be gone is followed at once. A holder
that wakes up late finds a higher number than its own, and may publish nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from lightning_tickets.errors import Busy

FOLDER = ".leases"
BEATS = 4  # in the time that a lease lives without one
_watched: dict[Path, tuple[str, float]] = {}  # what a lease said, and since when


class Lease:
    """The right to make what ``folder`` stands for, kept alive by a thread until the block ends."""

    def __init__(self, folder: Path, number: int, seconds: float) -> None:
        self.folder, self.number, self.seconds = folder, number, seconds
        self._beat = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    @classmethod
    def take(cls, root: Path, name: str, seconds: float) -> Lease | None:
        """None if a living worker has it."""
        folder = root / FOLDER / name.replace("/", "--")
        while True:
            folder.mkdir(parents=True, exist_ok=True)
            last = max(_numbers(folder), default=0)
            if last and not _is_over(folder / str(last), seconds):
                return None
            try:
                _create(folder / str(last + 1), _said(name, 0))
            except FileExistsError:
                return None
            except FileNotFoundError:
                continue  # its last holder has just removed the folder
            return cls(folder, last + 1, seconds)

    def check(self) -> None:
        """Busy if another worker has taken over."""
        if not (self.folder / str(self.number)).exists() or max(_numbers(self.folder), default=0) > self.number:
            raise Busy(f"{self.folder.name}: another worker has taken over")

    def __enter__(self) -> Lease:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        for number in _numbers(self.folder):
            if number <= self.number:
                (self.folder / str(number)).unlink(missing_ok=True)
        with suppress(OSError):
            self.folder.rmdir()

    def _keep(self) -> None:
        while not self._over.wait(self.seconds / BEATS):
            with suppress(OSError, Busy):  # a full disk: others may take over, which is what should happen
                self.check()
                self._beat += 1
                draft = self.folder / f".beat-{self.number}"
                draft.write_text(_said(self.folder.name, self._beat))
                draft.replace(self.folder / str(self.number))


def holders(root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each lease that is not known to be over: the artefact's name, and who holds it (host, pid, since)."""
    for _, told in _leases(root):
        if not _is_gone(told):
            yield str(told["name"]), told


def sweep(root: Path) -> int:
    """Remove the leases of processes that are known to be gone; how many there were."""
    dead = [folder for folder, told in _leases(root) if _is_gone(told)]
    for folder in dead:
        shutil.rmtree(folder, ignore_errors=True)
    return len(dead)


def _leases(root: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Each folder with what its last lease says; one that says nothing yet is left alone."""
    for folder in sorted((root / FOLDER).glob("*")):
        with suppress(OSError, ValueError):
            yield folder, json.loads((folder / str(max(_numbers(folder)))).read_text())


def _create(path: Path, text: str) -> None:
    """FileExistsError if it is there; where a full disk does not take the text, the file goes again."""
    with path.open("x") as file:
        try:
            file.write(text)
            file.flush()
        except OSError:
            path.unlink(missing_ok=True)
            raise


def _numbers(folder: Path) -> list[int]:
    try:
        return [int(path.name) for path in folder.iterdir() if path.name.isdigit()]
    except FileNotFoundError:
        return []


def _is_over(path: Path, seconds: float) -> bool:
    try:
        said = path.read_text()
    except FileNotFoundError:
        return True
    with suppress(ValueError, KeyError, TypeError):
        if _is_gone(json.loads(said)):
            return True
    before, since = _watched.get(path, (None, 0.0))
    if said != before:
        _watched[path] = (said, time.monotonic())
        return False
    return time.monotonic() - since > seconds


def _is_gone(told: dict[str, Any]) -> bool:
    """Whether a process of this machine has ended; of another machine's nothing is known."""
    return bool(told["machine"] == _machine()) and _started(int(told["pid"])) != told["started"]


def _said(name: str, beat: int) -> str:
    told = {"host": socket.gethostname(), "machine": _machine(), "pid": os.getpid(), "started": _started(os.getpid())}
    return json.dumps({"name": name.replace("--", "/"), "beat": beat, "at": round(time.time()), **told})


@cache
def _machine() -> str:
    """One boot and one space of process numbers."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}-{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return f"{socket.gethostname()}-{os.getpid()}"  # nothing is known of others then


def _started(pid: int) -> str | None:
    """When a process began, in the kernel's ticks; None if there is none, or only what its parent has not read."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if state in "ZX" else fields[18]
