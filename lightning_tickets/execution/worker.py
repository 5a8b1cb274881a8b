"""What a worker executes: the search of a ticket, or the training of a run. The only module here that imports torch."""

import logging
import time
from dataclasses import replace

from lightning_tickets.errors import Busy, Interrupted, reason
from lightning_tickets.logs import log_to_file
from lightning_tickets.runs.world import rank
from lightning_tickets.tickets.context import RunContext
from lightning_tickets.tickets.result import summary_line
from lightning_tickets.tickets.score import score_run
from lightning_tickets.tickets.search import find_ticket
from lightning_tickets.tickets.spec import Run, TicketMask
from lightning_tickets.training.distributed import process_group
from lightning_tickets.training.loggers import LoggerConfig

LOG = logging.getLogger(__name__)


def execute_job(target: Run | TicketMask, context: RunContext) -> str:
    """One line: the run's name, metric and score, or the ticket's name. Under torchrun only the first process logs."""
    if rank():
        context = replace(context, logger=LoggerConfig(), hardware=replace(context.hardware, progress=False))
    with log_to_file(context.store.root.parent / "journal"), process_group(context.hardware.accelerator):
        began = time.perf_counter()
        LOG.debug("%s: begins", target.name)
        try:
            line = _execute(target, context)
        except BaseException as error:
            LOG.debug("%s: %s", target.name, reason(error), exc_info=not isinstance(error, Busy | Interrupted))
            raise
        LOG.debug("%s: done in %.1f s: %s", target.name, time.perf_counter() - began, line)
        return line


def _execute(target: Run | TicketMask, context: RunContext) -> str:
    if isinstance(target, TicketMask):
        find_ticket(target, context)
        return target.name
    return summary_line(target, score_run(target, context))
