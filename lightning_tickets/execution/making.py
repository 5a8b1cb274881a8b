"""Making one thing: a ticket, or a cell's score. Here torch comes in."""

from __future__ import annotations

from dataclasses import replace

from lightning_tickets.runs.team import rank
from lightning_tickets.tickets.places import Places
from lightning_tickets.tickets.record import last_line
from lightning_tickets.tickets.search import find
from lightning_tickets.tickets.spec import Run, TicketMask
from lightning_tickets.tickets.train import train
from lightning_tickets.training.loggers import LoggerConfig
from lightning_tickets.training.ranks import joined


def made(target: Run | TicketMask, places: Places) -> str:
    """What the store has then, in one line. Under torchrun all processes make it together, and the first tells."""
    if rank():
        places = replace(places, logger=LoggerConfig(), hardware=replace(places.hardware, progress=False))
    with joined(places.hardware.accelerator):
        if isinstance(target, TicketMask):
            find(target, places)
            return target.name
        return last_line(target, train(target, places))
