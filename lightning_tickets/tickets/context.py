"""What a training needs on this machine: paths, hardware, logging, leases. It changes no result. No torch here."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from lightning_tickets.data.source import Source
from lightning_tickets.models.folders import Pretrained
from lightning_tickets.runs import claim
from lightning_tickets.runs.lease import Lease
from lightning_tickets.runs.store import Store
from lightning_tickets.training.config import Hardware
from lightning_tickets.training.loggers import LoggerConfig


@dataclass(frozen=True)
class RunContext:
    """``stop_below`` ends a search once a round scores so far below its first round; null never ends it.

    ``lease`` is in seconds. With ``waits`` a run waits for what another worker is making, otherwise it raises Busy.
    """

    store: Store
    source: Source
    folder: Pretrained
    cache: Path
    mask_file: Path | None = None
    hardware: Hardware = field(default_factory=Hardware)
    logger: LoggerConfig = field(default_factory=LoggerConfig)
    stop_below: float | None = None
    lease: float = 120.0
    waits: bool = True

    def checkpoints(self, name: str) -> Path:
        """The folder of a training's checkpoints."""
        return claim.checkpoints(self.store, name)

    def claim(self, name: str) -> AbstractContextManager[Lease | None]:
        """The right to make an artefact, None if it exists by now; Busy as ``waits`` says."""
        return claim.claim(self.store, name, self.lease, self.waits)
