"""One cell of a table: a subnetwork f(x; m ⊙ θ, γ) trained on a task and scored."""

import time
from pathlib import Path

from lightning_tickets.components import accepts, call
from lightning_tickets.errors import UserError
from lightning_tickets.fingerprints import checksum
from lightning_tickets.initialization.state import State
from lightning_tickets.pruning.mask import Mask, fitted, full, kept, size
from lightning_tickets.runs.lease import Lease
from lightning_tickets.seeds import derive
from lightning_tickets.tickets.context import RunContext
from lightning_tickets.tickets.place import read_ticket
from lightning_tickets.tickets.prune import prune, with_count
from lightning_tickets.tickets.result import Result, read_result, write_examples
from lightning_tickets.tickets.rewinding import TrainingStart, rewound_to, run_start
from lightning_tickets.tickets.search import find_ticket
from lightning_tickets.tickets.spec import DrawnMask, GivenMask, Run, TicketMask
from lightning_tickets.tickets.workbench import Workbench
from lightning_tickets.training.machine import machine_name
from lightning_tickets.training.rewind_point import RewindPoint

EARLIER = "earlier"  # what an initialization calls the weights that its ticket's search rewinds to


def score_run(run: Run, context: RunContext) -> Result:
    """The run's result: from the store, or trained and published (its ticket first, where that is missing)."""
    known = read_result(context.store, run)
    if known is not None:
        return known
    ticket = find_ticket(run.ticket, context) if run.ticket is not None else None
    with context.claim(run.name) as lease:
        made = read_result(context.store, run) if lease is None else _trained(run, context, ticket, lease)
    assert made is not None, "it is in the store, or has just been made"
    return made


def _trained(run: Run, context: RunContext, ticket: Mask | None, lease: Lease) -> Result:
    began, bench = time.perf_counter(), Workbench(run.problem, context)
    mask = _mask(run, bench, ticket)
    score = bench.train(run, _start(run, bench), mask, (run.seed, 0)).score
    result = Result(run.problem.task.metric, score.metrics, score.undefined, kept(mask), size(mask), bench.pooler)
    with context.store.publish(run.name, run, lease) as folder:
        write_examples(folder, score.columns)
        result.write(folder, time.perf_counter() - began, machine_name(bench.context.hardware.accelerator))
    return result


def _on_model(ticket: Mask, bench: Workbench) -> Mask:
    """The ticket on this model, which may have a pooler where the one it was found on has none, or vice versa."""
    try:
        return fitted(ticket, bench.prunable)
    except ValueError as error:
        raise UserError(str(error)) from error


def _mask(run: Run, bench: Workbench, ticket: Mask | None) -> Mask:
    """The full mask, the ticket's or a file's, or one drawn by the run's seed."""
    if run.mask is None:
        return full(bench.prunable)
    if isinstance(run.mask, DrawnMask):
        return _drawn(run.mask, bench, run.seed)
    if isinstance(run.mask, GivenMask):
        assert bench.context.mask_file is not None, "composition has read its checksum"
        return _on_model(_given(run.mask, bench.context.mask_file), bench)
    assert ticket is not None, "what is left comes of a ticket"
    mask = _on_model(ticket, bench)
    if isinstance(run.mask, TicketMask):
        return mask
    return with_count(call(run.mask.redraw, mask, seed=derive(run.seed, "mask")), kept(mask), run.mask.redraw)


def _given(given: GivenMask, file: Path) -> Mask:
    """The file's mask; UserError if it is no longer the one that the run is of."""
    mask, _ = read_ticket(file)
    if checksum(file)[:16] != given.fingerprint:
        raise UserError(f"ticket.file={file}: the mask has changed since the command began: start it again")
    return mask


def _drawn(drawn: DrawnMask, bench: Workbench, seed: int) -> Mask:
    """A pruner's choice among the weights of θ0, without training."""
    whole, weights = full(bench.prunable), bench.prunable
    count = drawn.kept(size(whole))
    return prune(drawn.pruner, bench, weights, whole, count, derive(seed, "mask"), bench.gradients)


def _start(run: Run, bench: Workbench) -> TrainingStart:
    """With the weights of its initialization, which may ask for those that the ticket's search rewinds to."""
    point = None
    if run.ticket is not None and accepts(run.initialization, EARLIER):
        point = rewound_to(run.ticket, bench.context.store)
    return run_start(run, _theta(run, bench, point), point, bench.steps)


def _theta(run: Run, bench: Workbench, point: RewindPoint | None) -> State:
    earlier = point.encoder if point is not None else bench.theta
    theta: State = call(
        run.initialization,
        bench.theta,
        fresh=bench.fresh,
        prunable=tuple(bench.prunable),
        seed=derive(run.seed, "start"),
        **{EARLIER: earlier},
    )
    return theta
