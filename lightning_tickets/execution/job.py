"""A job as a value that any process can be sent, and its result. torch is imported when the job runs."""

import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from lightning_tickets.errors import Busy, Damaged, Stopped, UserError, reason
from lightning_tickets.runs.files import put, read_each
from lightning_tickets.runs.store import json_text
from lightning_tickets.tickets.context import RunContext
from lightning_tickets.tickets.spec import Run, TicketMask

FAILURES = "failures"  # the folder of the notes that ``status`` reads


@dataclass(frozen=True)
class Failure:
    """The note of a failed job: its name, the reason in one line, and the command that repeats it."""

    name: str
    why: str
    command: str


NOTE = TypeAdapter(Failure)


@dataclass(frozen=True)
class WorkItem:
    """Everything that a job needs, resolved: later edits of a config change nothing. ``command`` repeats it."""

    name: str
    command: str
    target: Run | TicketMask
    context: RunContext


@dataclass(frozen=True)
class JobResult:
    """done; busy: another worker is making it; stopped: by the user's rule; failed. ``message`` is one line."""

    state: Literal["done", "busy", "stopped", "failed"]
    message: str = ""


def run_work_item(item: WorkItem) -> JobResult:
    """Runs the job in this process. Any error becomes a result, so that the next job can run; Interrupted is raised."""
    try:
        from lightning_tickets.execution.worker import execute_job

        message = execute_job(item.target, item.context)
    except Stopped as stopped:
        return JobResult("stopped", str(stopped))
    except Busy as busy:
        return JobResult("busy", str(busy))
    except Exception as error:
        message = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {reason(error)}"
        return note_failure(item, message, traceback.format_exc())
    with suppress(OSError):
        _note(item).unlink(missing_ok=True)
    return JobResult("done", message)


def note_failure(item: WorkItem, message: str, details: str = "") -> JobResult:
    """Writes the note that ``status`` shows, and returns the failed result. The next success removes the note."""
    note = {"name": item.name, "why": message, "command": item.command, "at": details}
    with suppress(OSError):  # a full disk may be the reason; the message reaches the driver in any case
        put(_note(item), json_text(note))
    return JobResult("failed", message)


def failures(root: Path) -> tuple[list[Failure], list[Damaged]]:
    """The notes below a root, and what is wrong with those that cannot be read."""
    return read_each(sorted((root / FAILURES).glob("*.json")), NOTE)


def _note(item: WorkItem) -> Path:
    return item.context.store.root.parent / FAILURES / f"{item.name.replace('/', '--')}.json"
