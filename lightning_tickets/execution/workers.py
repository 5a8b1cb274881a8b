"""A plan's jobs by this process, or by some workers beside it: whatever is ready, as soon as it is."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import Any

from lightning_tickets.errors import Interrupted
from lightning_tickets.execution.ready import Ready
from lightning_tickets.execution.work import Ended, Work, do
from lightning_tickets.studies.plan import Job

LOOK = 0.5  # seconds between two looks for rounds that a running chain has published
GRACE = 3.0  # seconds for a worker to write its checkpoint when all end
TRIES = 3  # of a job whose worker dies
Told = Callable[[Job, Ended], None]


def here(ready: Ready, work_of: Callable[[Job], Work], told: Told) -> None:
    """One after the other in this process."""
    while True:
        job = ready.next()
        if job is not None:
            ended = do(work_of(job))
            ready.again(job) if ended.state == "busy" else told(job, ended)
        elif ready.pauses:
            time.sleep(LOOK)
        else:
            return


def beside(ready: Ready, work_of: Callable[[Job], Work], told: Told, count: int, gpus: Sequence[str] = ()) -> None:
    """By ``count`` processes, each pinned to one of the GPUs in turn if there are some."""
    deaths: dict[str, int] = {}
    with _pool(count, gpus) as workers:
        while True:
            for worker in workers:
                if worker.job is None and (job := ready.next()) is not None:
                    worker.begin(job, work_of(job))
            busy = [worker for worker in workers if worker.job is not None]
            if not busy and not ready.pauses:
                return
            for worker in _heard(busy):
                job, ended = worker.ended()
                if ended is None:
                    deaths[job.name] = deaths.get(job.name, 0) + 1
                    if deaths[job.name] < TRIES:
                        ready.again(job)
                        continue
                    ended = Ended("failed", f"its process died {TRIES} times")
                ready.again(job) if ended.state == "busy" else told(job, ended)


def _heard(busy: Sequence[_Worker]) -> list[_Worker]:
    if not busy:
        time.sleep(LOOK)
        return []
    heard = wait([worker.pipe for worker in busy], LOOK)
    return [worker for worker in busy if worker.pipe in heard]


class _Worker:
    """A process of its own, started again if it dies; ``job`` is what it is doing."""

    def __init__(self, gpu: str | None) -> None:
        self.gpu, self.job = gpu, None
        self._start()

    def _start(self) -> None:
        self.pipe, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        self.process = context.Process(target=serve, args=(theirs, self.gpu), daemon=True)
        self.process.start()
        theirs.close()

    job: Job | None

    def begin(self, job: Job, work: Work) -> None:
        self.job = job
        with suppress(OSError):  # its death is heard of when it should answer
            self.pipe.send(work)

    def ended(self) -> tuple[Job, Ended | None]:
        """None if the process has died over it; a new one stands in its place then."""
        job, self.job = self.job, None
        assert job is not None, "only a busy worker is asked"
        try:
            return job, self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            self._start()
            return job, None


@contextmanager
def _pool(count: int, gpus: Sequence[str]) -> Iterator[list[_Worker]]:
    """When it is left, however that happens, the workers have written their checkpoints or are dead."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    workers: list[_Worker] = []
    try:
        for number in range(count):
            workers.append(_Worker(gpus[number % len(gpus)] if gpus else None))
        yield workers
    finally:
        signal.signal(signal.SIGTERM, before)
        for worker in workers:
            worker.pipe.close() if worker.job is None else worker.process.terminate()
        until = time.monotonic() + GRACE
        for worker in workers:
            worker.process.join(max(0.0, until - time.monotonic()))
            worker.process.kill()


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def serve(pipe: Connection, gpu: str | None) -> None:
    """What a worker process does: work after work, until nobody sends any."""
    if gpu is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = gpu  # before torch is there
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with suppress(EOFError, OSError, Interrupted, KeyboardInterrupt):
        while True:
            pipe.send(do(pipe.recv()))
