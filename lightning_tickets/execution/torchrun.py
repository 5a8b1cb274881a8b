"""A job on several devices: torchrun starts a process for each, which train together (DDP)."""

import pickle
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lightning_tickets.errors import Interrupted
from lightning_tickets.execution.job import JobResult, WorkItem, note_failure, run_work_item
from lightning_tickets.runs.signals import handled_by
from lightning_tickets.runs.world import rank

ITEM, RESULT = "item.pickle", "result.pickle"
SIGNALS = (signal.SIGTERM, signal.SIGUSR2)  # of a scheduler, submitit before a time-out


def run_on_devices(item: WorkItem, devices: int) -> JobResult:
    """As ``run_work_item``, by so many processes; one device needs no torchrun.

    A signal that asks this process to end is passed on: checkpoints are written, and Interrupted is raised.
    """
    if devices == 1:
        return run_work_item(item)
    with TemporaryDirectory(prefix="lightning-tickets-") as folder, handled_by(_raise, SIGNALS):
        (Path(folder) / ITEM).write_bytes(pickle.dumps(item))
        line = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={devices}"]
        torchrun = subprocess.Popen([*line, "-m", __name__, folder])
        try:
            torchrun.wait()
        except BaseException:
            torchrun.terminate()
            torchrun.wait()
            raise
        result = Path(folder) / RESULT
        if not result.is_file():
            return note_failure(item, f"torchrun ended with status {torchrun.returncode} and without a result")
        ended: JobResult = pickle.loads(result.read_bytes())
        return ended


def _raise(number: int, *_: Any) -> None:
    raise Interrupted(f"stopped by signal {number}", frozenset({number}))


def main(folder: Path) -> None:
    """What each process does: the same item; the first leaves the result."""
    result = run_work_item(pickle.loads((folder / ITEM).read_bytes()))
    if rank() == 0:
        (folder / RESULT).write_bytes(pickle.dumps(result))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
