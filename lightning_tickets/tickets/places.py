"""Where things lie on a machine, and how trainings are shown and shared: none of it changes a result. No torch here."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lightning_tickets.data.source import Source
from lightning_tickets.errors import Busy
from lightning_tickets.models.folders import Pretrained
from lightning_tickets.runs.lease import Lease
from lightning_tickets.runs.store import Store
from lightning_tickets.runs.team import count, rank
from lightning_tickets.tickets.journal import Journal
from lightning_tickets.training.settings import Hardware

POLL = 0.5


@dataclass(frozen=True)
class Places:
    """With ``stop_below`` a chain is not searched further once a round's score is so far below its first round's.

    A lease lives ``lease`` seconds without a beat; what another worker makes is waited for, unless not ``waits``.
    """

    store: Store
    source: Source
    folder: Pretrained
    cache: Path
    mask_file: Path | None = None
    hardware: Hardware = field(default_factory=Hardware)
    journal: Journal = field(default_factory=Journal)
    stop_below: float | None = None
    lease: float = 120.0
    waits: bool = True

    def checkpoints(self, name: str) -> Path:
        """The folder of a training's checkpoints, removed when it is published."""
        return self.store.root.parent / "checkpoints" / name

    @contextmanager
    def turn(self, name: str) -> Iterator[Lease | None]:
        """The right to make an artefact, or None where it is there by now; Busy as ``waits`` says.

        Of several processes that make it together the first takes the lease, and the others do what it does.
        """
        if count() > 1:
            with self._together(name) as lease:
                yield lease
            return
        lease = self._taken(name)
        if lease is None:
            yield None
            return
        with lease:
            if self.store.has(name):
                yield None
            else:
                self._note(name)
                yield lease
                shutil.rmtree(self.checkpoints(name), ignore_errors=True)

    @contextmanager
    def _together(self, name: str) -> Iterator[Lease | None]:
        from torch import distributed

        lease = self._taken(name) if rank() == 0 else None
        told: list[tuple[Path, int] | None] = [(lease.folder, lease.number) if lease is not None else None]
        distributed.broadcast_object_list(told)
        if told[0] is None:
            yield None
        elif lease is None:
            yield Lease(told[0][0], told[0][1], self.lease)
        else:
            with lease:
                self._note(name)
                yield lease
        distributed.barrier()  # it is published
        if lease is not None:
            shutil.rmtree(self.checkpoints(name), ignore_errors=True)

    def _note(self, name: str) -> None:
        """One line for a training that begins, in a file that only this process writes."""
        place = self.store.root.parent / "journal" / f"begun-{socket.gethostname()}-{os.getpid()}"
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("a") as file:
            file.write(f"{name}\n")

    def _taken(self, name: str) -> Lease | None:
        told = False
        while not self.store.has(name):
            lease = Lease.take(self.store.root, name, self.lease)
            if lease is not None:
                return lease
            if not self.waits:
                raise Busy(f"{name}: another worker is making it")
            if not told:
                print(f"lightning-tickets: waiting for {name}, which another worker is making", file=sys.stderr)
                told = True
            time.sleep(POLL)
        return None
