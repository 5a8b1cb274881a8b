"""How long a plan takes on so many workers, level by level and ready first, by its own estimates: a simulation.

    python benchmarks/makespan.py [experiment=paper scale=paper …]

Level by level, everything that waits for nothing is done before anything that waits; ready first, a cell begins as soon
as its ticket's round is there. Both give the next job to whoever is free, longest first.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import replace

from command_line import run

from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.execution.queue import ReadyQueue
from lightning_tickets.studies.plan import Job, Plan

WORKERS = (1, 8, 64)


def main(arguments: list[str]) -> None:
    sweep = parse_sweep(arguments or ["experiment=paper", "scale=paper"], assume_published=True)
    searches = sum(job.needs is None for job in sweep.plan.jobs)
    print(
        f"{sweep.name}: {sweep.plan.trainings()} trainings, {len(sweep.plan.jobs)} jobs, {searches} that wait for none"
    )
    for count in WORKERS:
        levels, ready = by_level(sweep.plan, count), makespan(sweep.plan.jobs, count)
        times = f"level by level {levels / 3600:.1f} h, ready first {ready / 3600:.1f} h"
        print(f"{count:3d} workers: {times} ({100 * (1 - ready / levels):.1f} % less)")


def by_level(plan: Plan, workers: int) -> float:
    """Everything that needs nothing first, then the rest."""
    levels = ([job for job in plan.jobs if (job.needs is None) == first] for first in (True, False))
    return sum(makespan([replace(job, needs=None) for job in level], workers) for level in levels)


def makespan(jobs: Sequence[Job], workers: int) -> float:
    """Seconds until the last has ended."""
    there: set[str] = set()
    ready, free, now = ReadyQueue(jobs, there.__contains__), workers, 0.0
    events: list[tuple[float, str, bool]] = []  # when, what is there then, whether a worker is free then
    while True:
        while free and (job := ready.next()) is not None:
            free -= 1
            for number, name in enumerate(job.makes, start=1):
                heapq.heappush(events, (now + number * job.seconds, name, number == len(job.makes)))
        if not events:
            return now
        now, name, ended = heapq.heappop(events)
        there.add(name)
        free += ended


if __name__ == "__main__":
    run(main)
