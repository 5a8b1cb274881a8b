"""Claiming an artefact: one worker makes it, the others wait or get Busy. torch is imported under torchrun only."""

import logging
import os
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from lightning_tickets.errors import Busy
from lightning_tickets.runs.files import make_folder
from lightning_tickets.runs.lease import Lease
from lightning_tickets.runs.store import Store
from lightning_tickets.runs.world import rank, world_size

POLL = 0.5  # seconds
LOG = logging.getLogger(__name__)


def checkpoints(store: Store, name: str) -> Path:
    """The folder of a training's checkpoints, removed when its artefact is published."""
    return store.root.parent / "checkpoints" / name


@contextmanager
def claim(store: Store, name: str, seconds: float, waits: bool) -> Iterator[Lease | None]:
    """The right to make an artefact, or None if it is in the store by now.

    If another worker holds the lease, which expires after ``seconds`` without a heartbeat: wait with ``waits``, or else
    raise Busy. Under torchrun the first process takes the lease, and all processes get the same answer.
    """
    lease = _take(store, name, seconds, waits) if rank() == 0 else None
    with lease or nullcontext():
        if lease is not None:
            LOG.debug("%s: its lease is taken", name)
            _log_start(store, name)
        yield lease if world_size() == 1 else _broadcast(lease, seconds)
        if world_size() > 1:
            from torch import distributed

            distributed.barrier()  # the first process has published
        if lease is not None:
            shutil.rmtree(checkpoints(store, name), ignore_errors=True)


def _take(store: Store, name: str, seconds: float, waits: bool) -> Lease | None:
    """The lease, or None if the artefact is in the store."""
    announced = False
    while not store.has(name):
        lease = Lease.take(store.root, name, seconds)
        if lease is not None and not store.has(name):
            return lease
        if lease is not None:  # the artefact was published between the two looks
            with lease:
                return None
        if not waits:
            raise Busy(f"{name}: another worker is making it")
        if not announced:
            print(f"lightning-tickets: waiting for {name}, which another worker is making", file=sys.stderr)
            announced = True
        time.sleep(POLL)
    return None


def _log_start(store: Store, name: str) -> None:
    """Append one line for a training that begins, to a file that only this process writes."""
    path = store.root.parent / "journal" / f"begun-{socket.gethostname()}-{os.getpid()}"
    make_folder(path.parent)
    with path.open("a") as file:
        file.write(f"{name}\n")


def _broadcast(lease: Lease | None, seconds: float) -> Lease | None:
    """The first process's lease, in every process. Only the first one sends heartbeats."""
    from torch import distributed

    shared: list[tuple[Path, int] | None] = [(lease.folder, lease.number) if lease is not None else None]
    distributed.broadcast_object_list(shared)
    return lease or (Lease(*shared[0], seconds) if shared[0] is not None else None)
