"""A plan's jobs through Slurm: arrays of what is ready, by submitit. Success is the artefact in the store.

submitit alone asks for a job to be queued again, on its signal before a time-out or a preemption; a job that has left
the queue without its artefact and without a word was lost, and is submitted anew.
"""

from __future__ import annotations

import getpass
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import submitit
from submitit.core.utils import DelayedSubmission, FailedJobError, JobPaths, pickle_load

from lightning_tickets.errors import Interrupted, UserError
from lightning_tickets.execution.ready import Ready
from lightning_tickets.execution.work import Ended, Work, do
from lightning_tickets.studies.plan import Job

NAME = "lightning-tickets"
LOSSES = 20  # of one job, before it is called failed
REQUEUES = 1000  # time-outs of one job that submitit queues again


class OnNode:
    """The work as submitit calls it on a node."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def __call__(self) -> Ended:
        try:
            return do(self.work)
        except Interrupted as stopped:
            if signal.SIGUSR2 in stopped.signals:
                os.kill(os.getpid(), signal.SIGUSR2)  # the checkpoint is written: submitit's turn to queue this again
            raise SystemExit(1) from stopped

    def checkpoint(self) -> DelayedSubmission:
        """What is called when the job starts again: the same."""
        return DelayedSubmission(self)


class Cluster:
    """``folder`` is shared by all nodes and belongs to one store; ``limit`` jobs are queued or running at a time."""

    def __init__(self, folder: Path, options: Mapping[str, Any], limit: int, poll: float) -> None:
        self.folder, self.limit, self.poll = folder, limit, poll
        self._flying: dict[str, Job] = {}
        self._lost: dict[str, int] = {}
        try:
            self._executor = submitit.SlurmExecutor(folder, max_num_timeout=REQUEUES)
            self._executor.update_parameters(**_parameters(options))
        except (RuntimeError, ValueError) as error:
            raise UserError(f"hydra/launcher=slurm: {error}") from error

    def run(self, ready: Ready, work_of: Callable[[Job], Work], told: Callable[[Job, Ended], None]) -> None:
        """Jobs of an earlier driver that are still there are this one's from now on."""
        adopted = dict(self._named())
        begun = {name: ident for ident, name in adopted.items()}
        while True:
            fresh: list[Job] = []
            while len(self._flying) + len(fresh) < self.limit and (job := ready.next()) is not None:
                if job.name in begun:
                    self._flying[begun.pop(job.name)] = job
                else:
                    fresh.append(job)
            self._submit([(job, work_of(job)) for job in fresh])
            if not self._flying and not ready.pauses:
                return
            time.sleep(self.poll)
            for ident, job, ended in self._ended(ready):
                del self._flying[ident]
                if ended is None or ended.state == "busy":
                    ready.again(job)
                else:
                    told(job, ended)

    def _submit(self, works: list[tuple[Job, Work]]) -> None:
        if not works:
            return
        try:
            with self._executor.batch():
                submitted = [self._executor.submit(OnNode(work)) for _, work in works]
        except FailedJobError as error:
            raise UserError(f"hydra/launcher=slurm: {' '.join(str(error).split())}") from error
        for (job, _), one in zip(works, submitted, strict=True):
            self._flying[one.job_id] = job

    def _ended(self, ready: Ready) -> Iterator[tuple[str, Job, Ended | None]]:
        """Those that have left the queue, or have left their artefact; None for one that has to be submitted again."""
        queued = _queue()
        for ident, job in list(self._flying.items()):
            if ready.made(job):
                yield ident, job, Ended("done")
            elif ident not in queued:
                found = self._word(ident)
                if found is None or found.state == "done":
                    self._lost[job.name] = self._lost.get(job.name, 0) + 1
                    found = Ended("failed", f"left the queue {LOSSES} times") if self._lost[job.name] > LOSSES else None
                yield ident, job, found

    def _word(self, ident: str) -> Ended | None:
        """How a job says that it has ended; None if it could not."""
        try:
            state, value = pickle_load(JobPaths(self.folder, ident).result_pickle)
        except (OSError, EOFError):
            return None
        return value if state == "success" else Ended("failed", str(value).strip().splitlines()[-1])

    def _named(self) -> Iterator[tuple[str, str]]:
        """Jobs in the queue that were submitted from this folder, with the name of their work."""
        for ident in _queue():
            path = JobPaths(self.folder, ident).submitted_pickle
            if path.is_file():
                submitted: Any = DelayedSubmission.load(path).function
                yield ident, submitted.work.name


def _queue() -> set[str]:
    """Of this user's jobs under our name, those that wait or run (not those that have just ended)."""
    line = ["squeue", "-h", "-r", "-u", getpass.getuser(), "-n", NAME, "-t", "PD,R,S,CF,RQ,RH,SE,SI", "-o", "%i"]
    for last in (False, False, True):
        asked = subprocess.run(line, capture_output=True, text=True)
        if asked.returncode == 0:
            return set(asked.stdout.split())
        if not last:
            time.sleep(5)  # a controller that is busy answers later
    raise UserError(f"hydra/launcher=slurm: squeue: {asked.stderr.strip()}")


def _parameters(options: Mapping[str, Any]) -> dict[str, Any]:
    """As submitit's executor takes them; what is null is left to the cluster."""
    given = {name: options[name] for name in ("partition", "account", "qos", "gpus_per_node", "cpus_per_task")}
    given |= {"time": options["timeout_min"], "mem": options["mem_gb"] and f"{options['mem_gb']}GB"}
    given |= {"setup": list(options["setup"]) or None}
    further = {"requeue": True, **options["further"]}
    known = {name: value for name, value in given.items() if value is not None}
    return {"job_name": NAME, "signal_delay_s": options["warning_s"], "additional_parameters": further, **known}
