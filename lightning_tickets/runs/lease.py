"""Leases: one worker at a time makes an artefact, on any machine that shares the folder.

A lease is a numbered file that only one process can create (exclusive creation is atomic on NFS too). The highest
number is valid. Its holder rewrites the file as a heartbeat. Another worker creates the next number when it has seen no
heartbeat for the lease's whole time by its own clock, or at once if the holder's process is known to be dead. A holder
that wakes up late finds a higher number than its own and may not publish.
"""

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
from typing import Any, Self

from lightning_tickets.errors import Busy

FOLDER = ".leases"
BEATS = 4  # heartbeats within the time that a lease is valid without one
_watched: dict[Path, tuple[str, float]] = {}  # the last content of a lease, and since when


class Lease:
    """The right to make an artefact; a thread sends heartbeats until the block ends."""

    def __init__(self, folder: Path, number: int, seconds: float) -> None:
        self.folder, self.number, self.seconds = folder, number, seconds
        self._beat = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    @classmethod
    def take(cls, root: Path, name: str, seconds: float) -> Self | None:
        """None if a living worker holds it."""
        folder = root / FOLDER / name.replace("/", "--")
        while True:
            folder.mkdir(parents=True, exist_ok=True)
            last = max(_numbers(folder), default=0)
            if last and not _is_over(folder / str(last), seconds):
                return None
            try:
                _create(folder / str(last + 1), _content(name, 0))
            except FileExistsError:
                return None
            except FileNotFoundError:
                continue  # its last holder has just removed the folder
            return cls(folder, last + 1, seconds)

    def check(self) -> None:
        """Busy if another worker has taken over."""
        if not (self.folder / str(self.number)).exists() or max(_numbers(self.folder), default=0) > self.number:
            raise Busy(f"{self.folder.name}: another worker has taken over")

    def __enter__(self) -> Self:
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
            with suppress(OSError, Busy):  # on a full disk others may take over
                self.check()
                self._beat += 1
                draft = self.folder / f".beat-{self.number}"
                draft.write_text(_content(self.folder.name, self._beat))
                draft.replace(self.folder / str(self.number))


def holders(root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each lease that is not known to be over: the artefact's name, and its holder (host, pid, …)."""
    for _, holder in _leases(root):
        if not _is_dead(holder):
            yield str(holder["name"]), holder


def remove_dead(root: Path) -> int:
    """Remove the leases of processes that are known to be dead; returns their number."""
    dead = [folder for folder, holder in _leases(root) if _is_dead(holder)]
    for folder in dead:
        shutil.rmtree(folder, ignore_errors=True)
    return len(dead)


def _leases(root: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Each folder with the content of its last lease; an empty one is skipped."""
    for folder in sorted((root / FOLDER).glob("*")):
        with suppress(OSError, ValueError):
            yield folder, json.loads((folder / str(max(_numbers(folder)))).read_text())


def _create(path: Path, text: str) -> None:
    """FileExistsError if it exists. On a full disk no empty file is left."""
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
        content = path.read_text()
    except FileNotFoundError:
        return True
    with suppress(ValueError, KeyError, TypeError):
        if _is_dead(json.loads(content)):
            return True
    before, since = _watched.get(path, (None, 0.0))
    if content != before:
        _watched[path] = (content, time.monotonic())
        return False
    return time.monotonic() - since > seconds


def _is_dead(holder: dict[str, Any]) -> bool:
    """Whether its process on this machine has ended; processes of other machines cannot be checked."""
    return bool(holder["machine"] == _machine()) and _started(int(holder["pid"])) != holder["started"]


def _content(name: str, beat: int) -> str:
    holder = {"host": socket.gethostname(), "machine": _machine(), "pid": os.getpid(), "started": _started(os.getpid())}
    return json.dumps({"name": name.replace("--", "/"), "beat": beat, "at": round(time.time()), **holder})


@cache
def _machine() -> str:
    """Identifies a boot and a namespace of process ids."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}-{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return f"{socket.gethostname()}-{os.getpid()}"  # other processes cannot be checked then


def _started(pid: int) -> str | None:
    """The start of a process in the kernel's ticks; None if it does not run (any more)."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if state in "ZX" else fields[18]
