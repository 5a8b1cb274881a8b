"""A ticket by the name that a user has for it: a file, a folder, a run of a store, a repository of the hub."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from lightning_tickets.checks import is_path
from lightning_tickets.errors import Damaged, UserError, reason
from lightning_tickets.pruning.mask import Mask
from lightning_tickets.runs.files import read
from lightning_tickets.runs.store import OBJECT, SPEC, Store, agrees
from lightning_tickets.tickets.listing import at
from lightning_tickets.tickets.mask_file import load_ticket
from lightning_tickets.tickets.released import load_released
from lightning_tickets.tickets.result import RESULT, RESULTS, TICKET, Moved


def read_ticket(path: Path) -> tuple[Mask, dict[str, Any]]:
    """The mask and its provenance, which a released mask file lacks; UserError for anything else."""
    if not path.is_file():
        raise UserError(f"{path}: no such file")
    return load_ticket(path) if path.suffix == ".safetensors" else (load_released(path), {})


def ticket_file(place: str, root: Callable[[], Path]) -> Path:
    """The file that holds the mask; a run of a store names the round that has found its ticket.

    What is no path is looked for among the runs in the folder that ``root`` gives, by the names of ``store list``, and
    then on the hub, if it can be the name of a repository. UserError where there is no ticket.
    """
    if not is_path(place):
        raise UserError(f"{place}: no such file")
    path = Path(place).expanduser()
    if not path.exists() and (named := root() / "runs" / place).is_dir():
        path = named
    if path.is_file():
        return path
    if not path.is_dir():
        return _fetched(place)
    if (path / TICKET).is_file():
        return path / TICKET
    if (path / SPEC).is_file():
        return _of_run(path)
    if rounds := sorted(path.glob("round-*")):
        raise UserError(f"{place}: a search of {len(rounds)} rounds; expected one of them, such as {rounds[-1]}")
    raise UserError(f"{place}: no {TICKET} in the folder")


def store_of(file: Path) -> Store | None:
    """The store that a ticket lies in: it is of a round, in the folder of a search."""
    folder = file.absolute().parent
    return Store(folder.parents[1]) if folder.name.startswith("round-") and (folder / SPEC).is_file() else None


def moved_of(file: Path) -> Moved | None:
    """What is known of the training of the round that has found the ticket: it stands beside the ticket's file."""
    beside = file.with_name(RESULT)
    return read(beside, RESULTS).moved if store_of(file) and beside.is_file() else None


def _of_run(run: Path) -> Path:
    mask = read(run / SPEC, OBJECT).get("mask")
    if at(mask, "is") == "TicketMask":
        damages = list[str]()
        for spec in sorted(run.parent.glob(f"find-*/round-*/{SPEC}")):
            try:
                if agrees(read(spec, OBJECT), mask):
                    return spec.with_name(TICKET)
            except Damaged as damage:
                damages.append(str(damage))
        missing = f"{run}: the search that has found its ticket is not in {run.parent}"
        raise UserError("; ".join([missing, *damages]))
    raise UserError(f"{run}: a run without a ticket; expected one whose mask a search has found")


def _fetched(place: str) -> Path:
    if place.count("/") != 1:
        raise UserError(f"{place}: no such file")
    from huggingface_hub import hf_hub_download

    try:
        return Path(hf_hub_download(place, TICKET))
    except Exception as error:
        raise UserError(f"{place}: no such file, and no ticket on the hub ({reason(error)})") from error
