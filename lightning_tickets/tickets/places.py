"""Where things lie on a machine, and how trainings are shown and shared: none of it changes a result. No torch here."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lightning_tickets.data.source import Source
from lightning_tickets.errors import Busy
from lightning_tickets.models.folders import Pretrained
from lightning_tickets.runs.lease import Lease
from lightning_tickets.runs.store import Store
from lightning_tickets.runs.team import count, rank
from lightning_tickets.training.config import Hardware
from lightning_tickets.training.loggers import LoggerConfig

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
    logger: LoggerConfig = field(default_factory=LoggerConfig)
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
        lease = self._taken(name) if rank() == 0 else None
        with lease or nullcontext():
            if lease is not None:
                self._note(name)
            yield lease if count() == 1 else self._shared(lease)
            if count() > 1:
                distributed().barrier()  # it is published
            if lease is not None:
                shutil.rmtree(self.checkpoints(name), ignore_errors=True)

    def _shared(self, lease: Lease | None) -> Lease | None:
        """What the first process has, as all of them have it; only the first keeps it alive."""
        told: list[tuple[Path, int] | None] = [(lease.folder, lease.number) if lease is not None else None]
        distributed().broadcast_object_list(told)
        return lease or (Lease(*told[0], self.lease) if told[0] is not None else None)

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
            if lease is not None and not self.store.has(name):
                return lease
            if lease is not None:  # it was published before the lease was given back
                with lease:
                    return None
            if not self.waits:
                raise Busy(f"{name}: another worker is making it")
            if not told:
                print(f"lightning-tickets: waiting for {name}, which another worker is making", file=sys.stderr)
                told = True
            time.sleep(POLL)
        return None


def distributed() -> Any:
    """torch.distributed, which only several processes need."""
    from torch import distributed as found

    return found
