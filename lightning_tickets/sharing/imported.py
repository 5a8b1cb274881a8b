"""``ticket import``: a mask of another origin as a ticket's file."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

from lightning_tickets.fingerprints import file_checksum
from lightning_tickets.pruning.mask import Mask
from lightning_tickets.tickets.mask_file import save_ticket
from lightning_tickets.tickets.place import read_ticket
from lightning_tickets.tickets.released import load_released


def import_ticket(file: Path, out: Path) -> None:
    """UserError for what holds no mask. The provenance of a ticket of ours stays, others get the name of their file."""
    mask, provenance = _read(file)
    if not provenance:
        origin = {"imported_from": file.name, "sha256": file_checksum(file)}
        provenance = {**origin, "imported_by": f"lightning-tickets {version('lightning-tickets')}"}
    draft = out.with_name(f".{out.name}.draft")
    try:
        save_ticket(draft, mask, provenance)
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)


def _read(file: Path) -> tuple[Mask, dict[str, Any]]:
    return read_ticket(file) if file.suffix == ".safetensors" else (load_released(file, among_others=True), {})
