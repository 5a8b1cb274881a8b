"""Making one thing: a ticket, or a cell's score. Here torch comes in."""

from __future__ import annotations

from dataclasses import replace

from lightning_tickets.runs.team import rank
from lightning_tickets.tickets.places import Places
from lightning_tickets.tickets.result import summary_line
from lightning_tickets.tickets.score import score_run
from lightning_tickets.tickets.search import find_ticket
from lightning_tickets.tickets.spec import Run, TicketMask
from lightning_tickets.training.distributed import process_group
from lightning_tickets.training.loggers import LoggerConfig


def made(target: Run | TicketMask, places: Places) -> str:
    """What the store has then, in one line. Under torchrun all processes make it together, and the first tells."""
    if rank():
        places = replace(places, logger=LoggerConfig(), hardware=replace(places.hardware, progress=False))
    with process_group(places.hardware.accelerator):
        if isinstance(target, TicketMask):
            find_ticket(target, places)
            return target.name
        return summary_line(target, score_run(target, places))
