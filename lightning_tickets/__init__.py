"""Lottery tickets in pre-trained BERT networks: ``import lightning_tickets as lt`` loads torch when it is needed."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lightning_tickets.api.ticket import Ticket as Ticket

PLACES = {"Ticket": "ticket"}
__all__ = ["Ticket"]


def __getattr__(name: str) -> Any:
    """What the interface offers, from the module that has it."""
    if name not in PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"lightning_tickets.api.{PLACES[name]}"), name)
