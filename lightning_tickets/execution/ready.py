"""What can be done now: jobs whose needs are there, those first that others wait for. Pure but for the store's look."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from lightning_tickets.studies.plan import Job

AGAIN = 2.0  # seconds before one looks again whether another worker has made what it was making


class Ready:
    """The jobs that are left, longest chains first, then the longest cells; ``has`` looks into the store."""

    def __init__(self, jobs: Sequence[Job], has: Callable[[str], bool]) -> None:
        self._has, self._there = has, set[str]()
        self._left = sorted(jobs, key=lambda job: (job.needs is not None, -job.seconds * len(job.makes)))
        self._later: dict[str, float] = {}

    def next(self) -> Job | None:
        """The job to begin with, taken off the list; None if all that is left waits for something."""
        now, looked = time.monotonic(), dict[str, bool]()
        for place, job in enumerate(self._left):
            if self._later.get(job.name, 0.0) > now:
                continue
            if job.needs is not None and job.needs not in looked:
                looked[job.needs] = self._is_there(job.needs)
            if job.needs is None or looked[job.needs]:
                return self._left.pop(place)
        return None

    def again(self, job: Job) -> None:
        """Another worker has it: to be looked at later."""
        self._later[job.name] = time.monotonic() + AGAIN
        self._left.append(job)

    def made(self, job: Job) -> bool:
        """Whether the store has all of it."""
        return all(map(self._is_there, job.makes))

    @property
    def pauses(self) -> bool:
        """Whether something is left only because another worker has it."""
        return any(job.name in self._later for job in self._left)

    @property
    def left(self) -> list[Job]:
        """What nothing has been begun of."""
        return list(self._left)

    def _is_there(self, name: str) -> bool:
        if name not in self._there and self._has(name):
            self._there.add(name)
        return name in self._there
