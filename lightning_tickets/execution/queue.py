"""The queue of a plan's jobs: a job is ready once the artefact that it needs is in the store."""

import time
from collections.abc import Callable, Sequence

from lightning_tickets.studies.plan import Job

RETRY = 2.0  # seconds before a job that was put back is ready again


class ReadyQueue:
    """Jobs that have not been started. Chains come first, then the longest cells; ``has`` looks into the store."""

    def __init__(self, jobs: Sequence[Job], has: Callable[[str], bool]) -> None:
        self._has, self._exists = has, set[str]()
        self._jobs = sorted(jobs, key=lambda job: (job.needs is not None, -job.seconds * len(job.makes)))
        self._ready_at: dict[str, float] = {}

    def next(self) -> Job | None:
        """Removes the first job that is ready; None if there is none now."""
        now, missing = time.monotonic(), set[str]()
        for place, job in enumerate(self._jobs):
            if self._ready_at.get(job.name, 0.0) > now or job.needs in missing:
                continue
            if job.needs is None or self._in_store(job.needs):
                return self._jobs.pop(place)
            missing.add(job.needs)
        return None

    def put_back(self, job: Job) -> None:
        """The job has to be started again, a little later."""
        self._ready_at[job.name] = time.monotonic() + RETRY
        self._jobs.append(job)

    def is_done(self, job: Job) -> bool:
        """Whether all that the job makes is in the store."""
        return all(map(self._in_store, job.makes))

    @property
    def will_retry(self) -> bool:
        """Whether a job was put back: it becomes ready by waiting."""
        return any(job.name in self._ready_at for job in self._jobs)

    @property
    def left(self) -> list[Job]:
        """The jobs that have not been started."""
        return list(self._jobs)

    def _in_store(self, name: str) -> bool:
        if name not in self._exists and self._has(name):
            self._exists.add(name)
        return name in self._exists
