"""The former name of ``RunContext``."""

from lightning_tickets.tickets.context import RunContext as Places

__all__ = ["Places"]
