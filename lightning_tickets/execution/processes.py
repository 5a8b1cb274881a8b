"""Jobs in this process, or in several worker processes on this machine."""

import multiprocessing
import os
import re
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Self

from lightning_tickets.errors import Interrupted, UserError
from lightning_tickets.execution.job import JobResult, WorkItem, run_work_item
from lightning_tickets.execution.launcher import Launcher, check_count
from lightning_tickets.execution.torchrun import run_on_devices

POLL = 0.5  # seconds between two looks for rounds that a running search has published
DEVICE = r"\d+|(GPU|MIG)-[\w/-]+"  # as CUDA_VISIBLE_DEVICES takes them
IDLE, BUSY = 3.0, 600.0  # seconds for a worker to end: one that waits, one that ends a step and writes a checkpoint
ENDS = "the workers end after the current step and its checkpoint; Ctrl-C ends them at once"


def workers(n_jobs: int, gpus: Sequence[int | str] = (), gpus_per_job: int = 1) -> Launcher:
    """This process for ``n_jobs=1``, else so many workers, pinned to ``gpus_per_job`` of the ``gpus`` each, in turn."""
    check_count("n_jobs", n_jobs)
    check_count("gpus_per_job", gpus_per_job)
    if not isinstance(gpus, (list, tuple)) or not all(re.fullmatch(DEVICE, str(gpu)) for gpu in gpus):
        raise UserError(f"hydra.launcher.gpus={gpus}: expected a list of devices, such as [0,1]")
    if len(gpus) % gpus_per_job:
        raise UserError(f"hydra.launcher.gpus_per_job={gpus_per_job}: expected a divisor of the {len(gpus)} gpus")
    if n_jobs == gpus_per_job == 1 and not gpus:
        return InlineLauncher()
    groups = [gpus[at : at + gpus_per_job] for at in range(0, len(gpus), gpus_per_job)]
    return ProcessLauncher(n_jobs, [",".join(map(str, group)) for group in groups], gpus_per_job)


class InlineLauncher:
    """One job after the other in this process."""

    tries, loss = 1, "ended without a result"

    def __init__(self) -> None:
        self._items: list[WorkItem] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._items.clear()

    def free(self) -> int:
        return 1 - len(self._items)

    def submit(self, items: Sequence[WorkItem]) -> None:
        self._items += items

    def poll(self) -> list[tuple[str, JobResult | None]]:
        """Runs the item that was submitted."""
        if not self._items:
            time.sleep(POLL)
            return []
        item = self._items.pop()
        return [(item.name, run_work_item(item))]


class ProcessLauncher:
    """``n_jobs`` worker processes; with ``gpus`` each sees one of these (``"0,1"``), and a job uses ``devices`` of it.

    SIGTERM ends them like Ctrl-C: after the current step. A second signal ends them at once.
    """

    tries, loss = 3, "its process died"

    def __init__(self, n_jobs: int, gpus: Sequence[str] = (), devices: int = 1) -> None:
        self._workers = [_Worker(gpus[number % len(gpus)] if gpus else None, devices) for number in range(n_jobs)]

    def __enter__(self) -> Self:
        self._handler = signal.signal(signal.SIGTERM, _interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        """Busy workers end their step and write a checkpoint; a second signal kills them, and so does a long time."""
        began = time.monotonic()
        if any(worker.item for worker in self._workers):
            print(f"\nlightning-tickets: {ENDS}", file=sys.stderr)
        try:
            for worker in self._workers:
                worker.end()
            for worker in self._workers:
                worker.join(began + (IDLE if worker.item is None else BUSY))
        finally:
            for worker in self._workers:
                worker.kill()
            signal.signal(signal.SIGTERM, self._handler)

    def free(self) -> int:
        return sum(worker.item is None for worker in self._workers)

    def submit(self, items: Sequence[WorkItem]) -> None:
        idle = [worker for worker in self._workers if worker.item is None]
        for worker, item in zip(idle, items, strict=False):
            worker.begin(item)

    def poll(self) -> list[tuple[str, JobResult | None]]:
        busy = [worker for worker in self._workers if worker.item is not None]
        if not busy:
            time.sleep(POLL)
            return []
        readable = wait([worker.pipe for worker in busy], POLL)
        return [worker.receive() for worker in busy if worker.pipe in readable]


class _Worker:
    """A worker process, started with its first item and again after it has died; ``item`` is what it works on."""

    def __init__(self, gpu: str | None, devices: int) -> None:
        self.gpu, self.devices = gpu, devices
        self.item: WorkItem | None = None
        self.process: BaseProcess | None = None

    def begin(self, item: WorkItem) -> None:
        if self.process is None or not self.process.is_alive():
            self.pipe, theirs = multiprocessing.Pipe()
            context = multiprocessing.get_context("spawn")
            self.process = context.Process(target=serve, args=(theirs, self.gpu, self.devices), daemon=True)
            self.process.start()
            theirs.close()
        self.item = item
        with suppress(OSError):  # a process that has just died is noticed by receive()
            self.pipe.send(item)

    def receive(self) -> tuple[str, JobResult | None]:
        """The item's name and its result; None if the process has died."""
        assert self.item is not None and self.process is not None, "only a busy worker is asked"
        name, self.item = self.item.name, None
        try:
            return name, self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            return name, None

    def end(self) -> None:
        """Asks the process to end: a busy one by SIGTERM, an idle one by closing its pipe."""
        if self.process is not None:
            self.pipe.close() if self.item is None else self.process.terminate()

    def join(self, until: float) -> None:
        """Waits for the process until this time of the monotonic clock."""
        if self.process is not None:
            self.process.join(max(0.0, until - time.monotonic()))

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
        self.process = self.item = None


def serve(pipe: Connection, gpu: str | None, devices: int) -> None:
    """The loop of a worker process: item after item, on so many devices, until the pipe is closed."""
    if gpu is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = gpu  # before torch is imported
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with suppress(EOFError, OSError, Interrupted, KeyboardInterrupt):
        while True:
            pipe.send(run_on_devices(pipe.recv(), devices))


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt
