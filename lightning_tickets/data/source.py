"""What every source of rows answers. No torch here: planning asks for fingerprints and counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from lightning_tickets.data.rows import Row


class Source(Protocol):
    """``name`` enters a run's identity together with the task's fingerprint."""

    name: str

    def fingerprint(self, task: str) -> str:
        """Sixteen hex digits that change whenever the rows may."""

    def counts(self, task: str) -> dict[str, int]:
        """How many rows each split has; a local source has read and checked them all for it."""

    def fetch(self, task: str) -> None:
        """What has to be downloaded is at hand, or a UserError: asked for before anything is written."""

    def about(self, task: str) -> str:
        """What a table says that the rows are of."""

    def rows(self, task: str, split: str) -> Iterator[Row]:
        """The rows of a split, in the columns that the task's kind reads."""
