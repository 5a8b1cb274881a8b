"""Running a sweep: plan, dispatch what is missing, and plan again while results decide which cells there are."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from lightning_tickets.execution.dispatch import dispatch
from lightning_tickets.execution.job import JobResult, WorkItem
from lightning_tickets.execution.launcher import Launcher
from lightning_tickets.execution.queue import ReadyQueue
from lightning_tickets.progress import sweep_progress
from lightning_tickets.runs.store import Store
from lightning_tickets.studies.plan import Job, Plan


class SweepFailed(Exception):
    """Some jobs failed; the message lists them."""


class PlannedSweep(Protocol):
    """``sparsities_known`` unless its runs decide at which sparsities tickets win, and so which cells follow.

    ``damaged`` are the reasons of what is in the store and cannot be read, by name.
    """

    @property
    def plan(self) -> Plan: ...
    @property
    def store(self) -> Store: ...
    @property
    def sparsities_known(self) -> bool: ...
    @property
    def damaged(self) -> Mapping[str, str]: ...
    def work(self, job: Job) -> WorkItem: ...


S = TypeVar("S", bound=PlannedSweep)


@dataclass
class _Outcome:
    """Why jobs are not done: they failed, or the search that they need was stopped by the user's rule."""

    failed: dict[str, str] = field(default_factory=dict)  # reasons by the job's name
    stopped: dict[str, str] = field(default_factory=dict)  # messages by the search's name
    beyond: int = 0  # jobs that need a round beyond where its search was stopped

    def record(self, item: WorkItem, result: JobResult) -> None:
        if result.state == "stopped":
            self.stopped[_search(item.name)] = result.message
        elif result.state == "failed":
            self.failed[item.name] = f"{result.message}; retry with: {item.command}"

    def record_made(self, job: Job, damaged: Mapping[str, str]) -> None:
        """A job whose artefacts are all there; one that still has some to make fails by itself on what is damaged."""
        reasons = [damaged[name] for name in job.makes if name in damaged]
        if reasons:
            self.failed[job.name] = reasons[0]

    def record_waiting(self, job: Job) -> None:
        if _search(job.needs or "") in self.stopped:
            self.beyond += 1
        else:
            self.failed[job.name] = f"waits for {job.needs}"

    def left_out(self) -> list[str]:
        cells = "1 cell" if self.beyond == 1 else f"{self.beyond} cells"
        return [*self.stopped.values(), f"left out beyond that: {cells}"] if self.stopped else []


def run_sweep(sweep: S, plan_again: Callable[[], S], launcher: Launcher) -> S:
    """Makes all that is missing of a sweep, and returns its final plan; SweepFailed if a job failed."""
    outcome = _Outcome()
    while True:
        _run_missing(sweep, launcher, outcome)
        if sweep.sparsities_known or outcome.failed or outcome.stopped:
            break
        sweep = plan_again()
    for line in outcome.left_out():
        print(f"lightning-tickets: {line}", file=sys.stderr)
    if outcome.failed:
        lines = "\n".join(f"  {name}: {reason}" for name, reason in outcome.failed.items())
        jobs = len(sweep.plan.jobs)
        raise SweepFailed(f"{len(outcome.failed)} of {jobs} jobs failed; the others finished:\n{lines}")
    return sweep if sweep.sparsities_known else plan_again()


def _run_missing(sweep: PlannedSweep, launcher: Launcher, outcome: _Outcome) -> None:
    jobs = list[Job]()
    for job in sweep.plan.jobs:
        jobs.append(job) if job.missing(sweep.store) else outcome.record_made(job, sweep.damaged)
    queue = ReadyQueue(jobs, sweep.store.has)

    def record(job: Job, result: JobResult) -> None:
        outcome.record(sweep.work(job), result)

    with sweep_progress(sweep.plan, sweep.store, lambda: len(outcome.failed)):
        dispatch(queue, launcher, sweep.work, record)
    for job in queue.left:
        outcome.record_waiting(job)


def _search(name: str) -> str:
    return name.partition("/")[0]
