"""What a sweep reads from the store. What is damaged there counts as missing and is noted. No torch here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from lightning_tickets.errors import Damaged
from lightning_tickets.runs.maintenance import damaged
from lightning_tickets.runs.snapshot import Snapshot
from lightning_tickets.tickets.result import EXAMPLES, Result, check, columns_of, open_ticket, read_result, read_round
from lightning_tickets.tickets.spec import Run, TicketMask

SMALL = 1 << 14  # bytes of a file whose checksum is computed in passing
T = TypeVar("T")


@dataclass
class Reader:
    """``unreadable`` has the reason of each damaged artefact that it has met, by name. A result is read once."""

    store: Snapshot
    unreadable: dict[str, str] = field(default_factory=dict)
    _results: dict[str, Result] = field(default_factory=dict)

    def result(self, run: Run) -> Result | None:
        """The verified result of a run."""
        result = self._results.get(run.name) or self._noted(run.name, lambda: read_result(self.store, run))
        if result is not None:
            self._results[run.name] = result
        return result

    def round_result(self, spec: TicketMask) -> Result | None:
        """The verified result of a round of a search; a round that has not trained has none."""
        if not self.store.has(spec.name) or spec not in spec.trained:
            return None
        return self._noted(spec.name, lambda: read_round(self.store, spec))

    def columns(self, name: str) -> dict[str, list[float]] | None:
        """What the metrics of a run are of."""
        return self._noted(name, lambda: columns_of(self.store, name))

    def examples_checksum(self, name: str) -> str | None:
        """Of the file of what the metrics of a run are of; None if the run has none."""
        return self._noted(name, lambda: self.store.verify(name).get(EXAMPLES))

    def ticket(self, spec: TicketMask) -> Path | None:
        """The verified file of a round's mask."""
        return self._noted(spec.name, lambda: open_ticket(self.store, spec)) if self.store.has(spec.name) else None

    def damaged(self, names: Iterable[str]) -> dict[str, str]:
        """Reasons by name, of those that have been met or are noticed without reading large files."""
        found = damaged(filter(self.store.has, names), partial(check, self.store, most=SMALL))
        return self.unreadable | {name: str(damage) for name, damage in found}

    def _noted(self, name: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except Damaged as damage:
            self.unreadable[name] = str(damage)
            return None
