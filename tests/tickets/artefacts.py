"""What artefacts contain, to be compared."""

from pathlib import Path

from torch import Tensor

from lightning_tickets.runs.snapshot import INDEX
from lightning_tickets.tickets.context import RunContext
from lightning_tickets.tickets.mask_file import load_ticket
from lightning_tickets.tickets.result import TICKET
from lightning_tickets.tickets.spec import Run


def content(folder: Path) -> dict[str, bytes]:
    """All that has to be the same every time: everything but the seconds it took and the index, which has times too."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("timing.json", INDEX)
    }


def round_ticket(context: RunContext, run: Run, number: int) -> dict[str, Tensor]:
    """The mask that a round of the run's search has left in the store."""
    return load_ticket(context.store.path(f"{run.mask.search.name}/round-{number:02d}") / TICKET)[0]
