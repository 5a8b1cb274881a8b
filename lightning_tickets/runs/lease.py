"""Leases: one worker at a time makes an artefact, on any machine that shares the folder.

A lease is a numbered file that only one process can create (exclusive creation is atomic on NFS too). The highest
number is valid. Its holder rewrites the file as a heartbeat. Another worker creates the next number when it has seen no
heartbeat for the lease's whole time by its own clock, or at once if the holder's process is known to be dead. A holder
that wakes up late finds a higher number than its own and may not publish.
"""

import json
import os
import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Annotated, Self

from pydantic import Field, FiniteFloat, TypeAdapter

from lightning_tickets.errors import Busy, Damaged
from lightning_tickets.runs.files import check_folder, entries, make_folder, read

FOLDER = ".leases"
NUMBER = re.compile(r"[1-9][0-9]{0,8}")
BEATS = 4  # heartbeats within the time that a lease is valid without one
_watched: dict[Path, tuple[object, float]] = {}  # the last state of a lease, and since when


@dataclass(frozen=True)
class Holder:
    """What a lease says: a process and its machine, the number of its last heartbeat and when that was."""

    beat: int
    at: FiniteFloat
    host: str
    machine: str
    pid: Annotated[int, Field(ge=0, lt=1 << 31)]
    started: str | None

    @property
    def is_dead(self) -> bool:
        """Whether its process on this machine has ended; processes of other machines cannot be checked."""
        return self.machine == _machine() and _started(self.pid) != self.started


HOLDER = TypeAdapter(Holder)


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
        folder = _folder(root, name)
        while True:
            make_folder(folder)
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
                with suppress(OSError):
                    (self.folder / str(number)).unlink()
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


def leases(root: Path) -> Iterator[tuple[str, Holder | Damaged]]:
    """Each artefact's name with the holder of its last lease, or why that cannot be read."""
    for entry in entries(root / FOLDER):
        name = _name(entry.name)
        try:
            check_folder(Path(entry.path))
            for last in sorted(_numbers(Path(entry.path)))[-1:]:
                yield name, read(Path(entry.path, str(last)), HOLDER)
        except Damaged as damage:
            if os.path.lexists(damage.path):  # its holder has not just given it back
                yield name, damage


def holders(root: Path) -> Iterator[tuple[str, Holder]]:
    """Each lease that can be read and is not known to be over."""
    return ((name, holder) for name, holder in leases(root) if isinstance(holder, Holder) and not holder.is_dead)


def remove_dead(root: Path) -> int:
    """Remove the leases of processes that are known to be dead; returns their number."""
    dead = [name for name, holder in leases(root) if isinstance(holder, Holder) and holder.is_dead]
    for name in dead:
        shutil.rmtree(_folder(root, name), ignore_errors=True)
    return len(dead)


def _folder(root: Path, name: str) -> Path:
    """Where the leases of an artefact lie."""
    return root / FOLDER / name.replace("/", "--")


def _name(folder: str) -> str:
    """The artefact of a lease's folder: only a round's name has a slash, others may have ``--`` of their own."""
    return re.sub(r"--(?=round-\d+$)", "/", folder)


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
    return [int(entry.name) for entry in entries(folder) if NUMBER.fullmatch(entry.name)]


def _is_over(path: Path, seconds: float) -> bool:
    """Whether its holder is dead, or silent for so long; what cannot be read is watched as if it were elsewhere."""
    state: object
    try:
        state = holder = read(path, HOLDER)
        if holder.is_dead:
            return True
    except Damaged:
        try:
            state = path.lstat().st_mtime_ns
        except FileNotFoundError:
            return True
    before, since = _watched.get(path, (None, 0.0))
    if state != before:
        _watched[path] = (state, time.monotonic())
        return False
    return time.monotonic() - since > seconds


def _content(name: str, beat: int) -> str:
    holder = {"host": socket.gethostname(), "machine": _machine(), "pid": os.getpid(), "started": _started(os.getpid())}
    return json.dumps({"name": _name(name), "beat": beat, "at": round(time.time()), **holder})


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
