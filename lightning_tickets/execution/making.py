"""Making one thing: a ticket, or a cell's score. Here torch comes in."""

from __future__ import annotations

from lightning_tickets.tickets.find import find
from lightning_tickets.tickets.places import Places
from lightning_tickets.tickets.record import last_line
from lightning_tickets.tickets.spec import Run, TicketMask
from lightning_tickets.tickets.train import train


def made(target: Run | TicketMask, places: Places) -> str:
    """What the store has then, in one line."""
    if isinstance(target, TicketMask):
        find(target, places)
        return target.name
    return last_line(target, train(target, places))
