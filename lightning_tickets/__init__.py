"""Lottery tickets in pre-trained BERT networks: ``import lightning_tickets as lt`` loads torch when it is needed."""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lightning_tickets.api.callbacks import LightningTicket as LightningTicket
    from lightning_tickets.api.callbacks import TrainerTicket as TrainerTicket
    from lightning_tickets.api.results import published_numbers as published_numbers
    from lightning_tickets.api.results import results as results
    from lightning_tickets.api.runs import find as find
    from lightning_tickets.api.runs import score as score
    from lightning_tickets.api.ticket import Ticket as Ticket
    from lightning_tickets.sharing.two_four import load_two_four as load_two_four

PLACES = {
    "LightningTicket": "api.callbacks",
    "Ticket": "api.ticket",
    "TrainerTicket": "api.callbacks",
    "find": "api.runs",
    "load_two_four": "sharing.two_four",
    "published_numbers": "api.results",
    "results": "api.results",
    "score": "api.runs",
}
__all__ = [
    "LightningTicket",
    "Ticket",
    "TrainerTicket",
    "find",
    "load_two_four",
    "published_numbers",
    "results",
    "score",
]
__version__ = version("lightning-tickets")


def __getattr__(name: str) -> Any:
    """What the interface offers, from the module that has it."""
    if name not in PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"lightning_tickets.{PLACES[name]}"), name)


def __dir__() -> list[str]:
    """With the names that have not been loaded yet."""
    return sorted({*globals(), *__all__})
