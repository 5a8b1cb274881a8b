"""What another store has of today's runs, or this store by another version: specs agree but for versions. No torch."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from lightning_tickets.errors import Damaged, UserError
from lightning_tickets.runs.identity import described
from lightning_tickets.runs.maintenance import artefacts
from lightning_tickets.runs.store import OBJECT, SPEC, Store, agrees
from lightning_tickets.tickets.reader import Reader
from lightning_tickets.tickets.result import RESULT, RESULTS, TICKET, Result
from lightning_tickets.tickets.spec import Run, TicketMask

HASH = re.compile(r"-[0-9a-f]{8}(?=/|$)")


@dataclass
class EarlierReader(Reader):
    """Finds a run by its spec without the versions of components and the fingerprints of data and model.

    ``version`` is that of the suite which has made the runs, None for any. Of several the one of today's name is
    read, or else the one that was finished last.
    """

    version: str | None = None
    _names: dict[str, str | None] = field(default_factory=dict)

    def result(self, run: Run) -> Result | None:
        name = self._find(run.name, run)
        return self._noted(name, lambda: self._read(name)) if name else None

    def ticket(self, spec: TicketMask) -> Path | None:
        name = self._find(spec.name, spec)
        return self._noted(name, lambda: self._mask(name)) if name else None

    def columns(self, name: str) -> dict[str, list[float]] | None:
        return super().columns(self._names.get(name) or name)

    def _read(self, name: str) -> Result:
        self.store.verify(name)
        return self.store.read(name, RESULT, RESULTS)

    def _mask(self, name: str) -> Path:
        self.store.verify(name)
        return self.store.path(name) / TICKET

    def _find(self, name: str, spec: Any) -> str | None:
        if name not in self._names:
            today = comparable(described(spec))
            alike = [other for other in self._by_slug[HASH.sub("", name)] if self._agrees(other, today)]
            self._names[name] = name if name in alike else max(alike, key=self._finished, default=None)
        return self._names[name]

    @cached_property
    def _by_slug(self) -> dict[str, list[str]]:
        """The names of the artefacts of the version by what they are without their hashes."""
        names = defaultdict(list)
        for name in artefacts(self.store):
            if self.version is None or made_by(self.store, name) == self.version:
                names[HASH.sub("", name)].append(name)
        return names

    def _agrees(self, name: str, today: Any) -> bool:
        try:
            return agrees(comparable(self.store.read(name, SPEC, OBJECT)), today)
        except Damaged as damage:
            self.unreadable[name] = str(damage)
            return False

    def _finished(self, name: str) -> tuple[str, str]:
        timing = self.store.timing(name)
        return (timing.finished or "") if timing else "", name


def made_by(store: Store, name: str) -> str | None:
    """The version of the suite that has made an artefact, if it is recorded."""
    timing = store.timing(name)
    return timing.version if timing else None


def check_version(store: Store, version: str) -> None:
    """UserError unless some artefact of the store was made by that version of the suite."""
    versions = {made_by(store, name) for name in artefacts(store)}
    if version not in versions:
        known = ", ".join(sorted(filter(None, versions))) or "none that is recorded"
        raise UserError(
            f"against={version}: expected a folder of results or a version that has made runs here: {known}"
        )


def comparable(spec: Any) -> Any:
    """A spec without the versions of its components, and without the fingerprints of its data and its model."""
    if isinstance(spec, dict):
        hidden = {"version", "fingerprint"} if spec.get("is") in ("Data", "Model") else {"version"}
        return {key: comparable(value) for key, value in spec.items() if key not in hidden}
    return [comparable(value) for value in spec] if isinstance(spec, list) else spec
