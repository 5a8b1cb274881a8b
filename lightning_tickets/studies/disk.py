"""Estimates of the disk space that a plan's artefacts take. No torch here."""

from lightning_tickets.runs.store import Store
from lightning_tickets.studies.plan import Plan
from lightning_tickets.tickets.rewinding import keeps_weights
from lightning_tickets.tickets.spec import Run, TicketMask

RECORDS = 28 * 1024  # spec, result, examples, checksums: seven blocks of a file system
WEIGHT = 4  # bytes
MOMENTS = 2  # per weight, in a checkpoint


def bytes_left(plan: Plan, store: Store) -> int | None:
    """Bytes of everything that is missing, without caches and curves; None if a network's size is not known."""
    if any(job.parameters is None for job in plan.jobs):
        return None
    missing = set(plan.missing(store))
    artefacts = ((target, job.parameters or 0) for job in plan.jobs for target in job.targets)
    return sum(artefact_bytes(target, parameters) for target, parameters in artefacts if target.name in missing)


def artefact_bytes(target: Run | TicketMask, parameters: int) -> int:
    """A run keeps no weights; a round keeps one bit per weight, and the weights that others start from."""
    if isinstance(target, Run):
        return RECORDS
    return RECORDS + parameters // 8 + (WEIGHT * parameters if keeps_weights(target) else 0)


def checkpoint_bytes(plan: Plan) -> int:
    """Bytes that each training takes while it runs."""
    return (1 + MOMENTS) * WEIGHT * max((job.parameters or 0 for job in plan.jobs), default=0)
