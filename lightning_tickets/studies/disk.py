"""How much disk a plan's artefacts will take, roughly. No torch here."""

from __future__ import annotations

from lightning_tickets.runs.store import Store
from lightning_tickets.studies.plan import Job, Plan
from lightning_tickets.tickets.rewinding import keeps_weights
from lightning_tickets.tickets.spec import Run, TicketMask

RECORDS = 28 * 1024  # spec, result, examples, checksums: seven blocks of a file system
WEIGHT = 4  # bytes
MOMENTS = 2  # of a weight, in a checkpoint


def left(plan: Plan, store: Store) -> int | None:
    """Bytes of all that is missing, without caches and curves; None where a network's size is not known."""
    if any(job.parameters is None for job in plan.jobs):
        return None
    missing = set(plan.missing(store))
    makes = ((target, job.parameters or 0) for job in plan.jobs for target in _makes(job))
    return sum(artefact(target, parameters) for target, parameters in makes if target.name in missing)


def artefact(target: Run | TicketMask, parameters: int) -> int:
    """Bytes of a run, which keeps no weights, or of a round: a bit a weight, and the weights others start from."""
    if isinstance(target, Run):
        return RECORDS
    return RECORDS + parameters // 8 + (WEIGHT * parameters if keeps_weights(target) else 0)


def checkpoint(plan: Plan) -> int:
    """Bytes that a training takes while it is under way."""
    return (1 + MOMENTS) * WEIGHT * max((job.parameters or 0 for job in plan.jobs), default=0)


def _makes(job: Job) -> list[Run | TicketMask]:
    """What the job's artefacts are of."""
    if isinstance(job.target, TicketMask):
        return [*job.target.rounds]
    return [job.target] if job.target else []
