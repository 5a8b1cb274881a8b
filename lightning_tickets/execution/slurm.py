"""Jobs through Slurm, submitted as arrays by submitit.

submitit requeues a job that is close to its time limit or preempted, on its signal. A job that has left the queue
without a result is lost, and is submitted again.
"""

import getpass
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import submitit
from submitit.core.utils import DelayedSubmission, FailedJobError, JobPaths, pickle_load

from lightning_tickets.checks import number
from lightning_tickets.errors import Interrupted, UserError, one_line, reason
from lightning_tickets.execution.job import JobResult, WorkItem, note_failure
from lightning_tickets.execution.launcher import check_count
from lightning_tickets.execution.torchrun import run_on_devices

NAME = "lightning-tickets"
REQUEUES = 1000  # time-outs of one job after which submitit requeues it no more


class OnNode:
    """A work item as submitit calls it on a node, on so many of its devices."""

    def __init__(self, item: WorkItem, devices: int = 1) -> None:
        self.item, self.devices = item, devices

    def __call__(self) -> JobResult:
        try:
            return run_on_devices(self.item, self.devices)
        except Interrupted as interrupted:
            if signal.SIGUSR2 in interrupted.signals:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)  # Slurm's own would also end the command that requeues
                os.kill(os.getpid(), signal.SIGUSR2)  # the checkpoint is written: submitit requeues the job
            raise SystemExit(1) from interrupted

    def checkpoint(self) -> DelayedSubmission:
        """What submitit runs when the job starts again: the same item."""
        return DelayedSubmission(self)


class SlurmLauncher:
    """At most ``limit`` jobs are queued or running. ``folder`` is shared by all nodes and belongs to one store.

    A new driver adopts the jobs of an earlier one that are still in the queue. ``poll_s`` is in seconds. ``options``
    are those of conf/hydra/launcher/slurm.yaml.
    """

    tries, loss = 20, "left the queue without a result"

    def __init__(self, folder: str, limit: int, poll_s: float, gpus_per_job: int = 1, **options: Any) -> None:
        check_count("limit", limit)
        check_count("gpus_per_job", gpus_per_job)
        number(0)("hydra.launcher.poll_s", poll_s)
        self.devices = gpus_per_job
        self.folder, self.limit, self.poll_s = Path(folder).absolute(), limit, poll_s
        self._running: dict[str, WorkItem] = {}  # by the job's number
        self._earlier: dict[str, str] = {}  # the numbers of an earlier driver's jobs, by name
        try:
            self._executor = submitit.SlurmExecutor(self.folder, max_num_timeout=REQUEUES)
            self._executor.update_parameters(**_parameters(gpus_per_job, **options))
        except (RuntimeError, ValueError) as error:
            raise UserError(f"hydra/launcher=slurm: {reason(error)}") from error

    def __enter__(self) -> Self:
        self._earlier = {name: ident for ident in _queued() if (name := self._submitted_name(ident)) is not None}
        return self

    def __exit__(self, *_: object) -> None:
        """The jobs stay in the queue: the next driver adopts them."""
        self._running.clear()

    def free(self) -> int:
        return self.limit - len(self._running)

    def submit(self, items: Sequence[WorkItem]) -> None:
        new = [item for item in items if item.name not in self._earlier]
        self._running |= {self._earlier.pop(item.name): item for item in items if item.name in self._earlier}
        if not new:
            return
        try:
            with self._executor.batch():
                jobs = [self._executor.submit(OnNode(item, self.devices)) for item in new]
        except FailedJobError as error:
            raise UserError(f"hydra/launcher=slurm: {' '.join(str(error).split())}") from error
        self._running |= {job.job_id: item for job, item in zip(jobs, new, strict=True)}

    def poll(self) -> list[tuple[str, JobResult | None]]:
        """The jobs that have left the queue."""
        time.sleep(self.poll_s)
        queued = _queued()
        ended = {ident: item for ident, item in self._running.items() if ident not in queued}
        for ident in ended:
            del self._running[ident]
        return [(item.name, self._result(ident, item)) for ident, item in ended.items()]

    def _result(self, ident: str, item: WorkItem) -> JobResult | None:
        """None if the job left none."""
        try:
            state, value = pickle_load(JobPaths(self.folder, ident).result_pickle)
        except (OSError, EOFError):
            return None
        if state == "success":
            assert isinstance(value, JobResult), "that is what OnNode returns"
            return value
        return note_failure(item, str(value).strip().splitlines()[-1], str(value))

    def _submitted_name(self, ident: str) -> str | None:
        """The name of the item of a job that was submitted from this folder."""
        path = JobPaths(self.folder, ident).submitted_pickle
        if not path.is_file():
            return None
        submitted: Any = DelayedSubmission.load(path).function
        return str(submitted.item.name)


def _queued() -> set[str]:
    """The numbers of this user's jobs of our name that wait or run; while a job is requeued, it is completing (CG)."""
    line = ["squeue", "-h", "-r", "-u", getpass.getuser(), "-n", NAME, "-t", "PD,R,S,CF,CG,RQ,RH,SE,SI", "-o", "%i"]
    for last in (False, False, True):
        done = subprocess.run(line, capture_output=True, text=True)
        if done.returncode == 0:
            return set(done.stdout.split())
        if not last:
            time.sleep(5)  # a busy controller answers later
    raise UserError(f"hydra/launcher=slurm: expected a machine where squeue answers ({one_line(done.stderr)})")


def _parameters(
    gpus_per_job: int,
    accelerator: str,
    timeout_min: int,
    warning_s: int,
    mem_gb: float | None,
    setup: list[str],
    further: dict[str, Any],
    **direct: Any,
) -> dict[str, Any]:
    """The options by submitit's names; null leaves a value to the cluster. trainer=gpu asks for the job's GPUs."""
    if accelerator == "gpu":
        direct["gpus_per_node"] = direct["gpus_per_node"] or gpus_per_job
    given = {"time": timeout_min, "mem": mem_gb and f"{mem_gb}GB", "setup": setup or None, **direct}
    known = {name: value for name, value in given.items() if value is not None}
    additional = {"requeue": True, **further}
    return {"job_name": NAME, "signal_delay_s": warning_s, "additional_parameters": additional, **known}
