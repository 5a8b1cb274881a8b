"""The interface of a data source. Planning uses it, so it does without torch."""

from collections.abc import Iterator
from typing import Protocol

from lightning_tickets.data.rows import Row


class Source(Protocol):
    """``name`` and the task's fingerprint are part of a run's identity."""

    name: str

    def fingerprint(self, task: str) -> str:
        """Sixteen hex digits that change whenever the rows may."""

    def counts(self, task: str) -> dict[str, int]:
        """Rows of each split; a local source reads and checks them all."""

    def fetch(self, task: str) -> None:
        """Download what is missing, before anything is written; UserError if it is not available."""

    def about(self, task: str) -> str:
        """The origin of the rows, for notes under tables."""

    def rows(self, task: str, split: str) -> Iterator[Row]:
        """The rows of a split."""
