"""The dispatch loop of all launchers. Success is the artefact in the store, whatever a worker reports."""

import logging
from collections import Counter
from collections.abc import Callable
from itertools import islice

from lightning_tickets.execution.job import JobResult, WorkItem, note_failure
from lightning_tickets.execution.launcher import Launcher
from lightning_tickets.execution.queue import ReadyQueue
from lightning_tickets.studies.plan import Job

LOG = logging.getLogger(__name__)


def dispatch(
    queue: ReadyQueue,
    launcher: Launcher,
    work_of: Callable[[Job], WorkItem],
    on_end: Callable[[Job, JobResult], None],
) -> None:
    """Runs the queue's jobs through the launcher until no job can start any more.

    Busy and lost jobs go back to the queue; ``on_end`` gets every other result. A job that needs what was never made
    stays in the queue.
    """
    running: dict[str, Job] = {}
    losses: Counter[str] = Counter()
    with launcher:
        while True:
            jobs = list(islice(iter(queue.next, None), launcher.free()))
            running |= {job.name: job for job in jobs}
            for job in jobs:
                LOG.debug("%s: submitted", job.name)
            launcher.submit([work_of(job) for job in jobs])
            if not running and not queue.will_retry:
                return
            for name, result in launcher.poll():
                job = running.pop(name)
                if queue.is_done(job):
                    result = JobResult("done")
                elif result is None or result.state == "done":
                    losses[name] += 1
                    cause = "ended without its artefact" if result else launcher.loss
                    message = f"{cause} (tries: {launcher.tries})"
                    result = note_failure(work_of(job), message) if losses[name] >= launcher.tries else None
                LOG.debug("%s: %s", name, f"{result.state} {result.message}" if result else launcher.loss)
                if result is None or result.state == "busy":
                    queue.put_back(job)
                else:
                    on_end(job, result)
