"""One piece of work as a value that any process can be sent, and how it ended. No torch here until it is done."""

from __future__ import annotations

import traceback
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from lightning_tickets.errors import Busy, Stopped, UserError, reason
from lightning_tickets.runs.store import write_json
from lightning_tickets.tickets.places import Places
from lightning_tickets.tickets.spec import Run, TicketMask

State = Literal["done", "busy", "stopped", "failed"]
FAILURES = "failures"


@dataclass(frozen=True)
class Work:
    """What is made and where: all of it resolved, so that a config that is edited later changes nothing."""

    name: str
    command: str
    target: Run | TicketMask
    places: Places


@dataclass(frozen=True)
class Ended:
    """``told`` is a line: of what was made, or why it was not."""

    state: State
    told: str = ""


def do(work: Work) -> Ended:
    """Whatever goes wrong is told, written down for ``status``, and the next work is done. Interrupted goes through."""
    note = work.places.store.root.parent / FAILURES / f"{work.name.replace('/', '--')}.json"
    try:
        from lightning_tickets.execution.making import made

        told = made(work.target, work.places)
    except Stopped as stopped:
        return Ended("stopped", str(stopped))
    except Busy as busy:
        return Ended("busy", str(busy))
    except Exception as error:
        told = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {reason(error)}"
        with suppress(OSError):  # a full disk may be what has gone wrong; the line below is told in any case
            note.parent.mkdir(parents=True, exist_ok=True)
            write_json(note, {"name": work.name, "why": told, "command": work.command, "at": traceback.format_exc()})
        return Ended("failed", told)
    note.unlink(missing_ok=True)
    return Ended("done", told)
