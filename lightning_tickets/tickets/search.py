"""Iterative magnitude pruning with rewinding, and standard pruning (Chen et al. 2020, algorithm 1)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lightning_tickets.bars import track
from lightning_tickets.errors import Stopped
from lightning_tickets.pruning.mask import Mask, full, kept, size
from lightning_tickets.runs.identity import described
from lightning_tickets.runs.lease import Lease
from lightning_tickets.seeds import derive
from lightning_tickets.tickets.context import RunContext
from lightning_tickets.tickets.mask_file import load_ticket, save_ticket
from lightning_tickets.tickets.moved import moved
from lightning_tickets.tickets.prune import prune, training_callback
from lightning_tickets.tickets.result import TICKET, Result, read_round
from lightning_tickets.tickets.rewind_point import END, POINT, save_point
from lightning_tickets.tickets.rewinding import kept_step, round_start
from lightning_tickets.tickets.spec import TicketMask
from lightning_tickets.tickets.workbench import Workbench
from lightning_tickets.training.machine import machine_name
from lightning_tickets.training.rewind_point import CaptureRewindPoint, RewindPoint


def find_ticket(ticket: TicketMask, context: RunContext) -> Mask:
    """The mask of a search at a sparsity; rounds that are in the store are not made again.

    Each round is published before the next begins; one worker makes it, the others wait or are Busy (``RunContext``).
    """
    bench: Workbench | None = None
    mask: Mask | None = None
    for spec in track(ticket.rounds, ticket.search.name, ticket.round):
        with context.claim(spec.name) as lease:
            if lease is None:
                mask, _ = load_ticket(context.store.open(spec.name, spec) / TICKET)
                continue
            _check_stop(spec, context)
            bench = bench or Workbench(ticket.search.problem, context, ticket.search.mix)
            before = mask if mask is not None else full(bench.prunable)
            mask = (_round if spec.trained else _untrained)(bench, spec, before, lease)
    assert mask is not None, "a schedule has one round at least"
    return mask


def _check_stop(spec: TicketMask, context: RunContext) -> None:
    """Stopped where the round before has scored too far below the first; a round's score is of the mask before it."""
    trained = spec.trained[:-1]
    if context.stop_below is None or len(trained) < 2:
        return
    first, last = (read_round(context.store, one).picks for one in (trained[0], trained[-1]))
    if last < first - context.stop_below:
        raise Stopped(
            f"{spec.search.name}: not searched beyond {trained[-1].percent} %: at {trained[-2].percent} % it scores "
            f"{last:.4f}, its first round {first:.4f} (ticket.stop_below={context.stop_below:g})"
        )


def _round(bench: Workbench, spec: TicketMask, before: Mask, lease: Lease) -> Mask:
    """Rewind, train m ⊙ θ under the mask so far, prune to the round's count, publish the ticket."""
    began, search, count = time.perf_counter(), spec.search, spec.kept(size(before))
    start = round_start(spec, bench.theta, bench.steps, bench.context.store)
    point = CaptureRewindPoint(kept_step(spec, bench.steps))
    end = CaptureRewindPoint(bench.steps - start.begin if search.head == "carried" else None, "end")
    own = training_callback(search.pruner, bench.prunable, count)
    trained = bench.train(spec, start, before, (search.seed, spec.round), [point, end, *own])
    mask = prune(
        search.pruner,
        bench,
        trained.weights,
        before,
        count,
        derive(search.seed, "mask", spec.round),
        trained.gradients,
        start={name: start.theta[name] for name in bench.prunable},
        callback=next(iter(own), None),
    )
    score, counts = trained.score, (kept(before), size(before))
    by = moved(start.theta, trained.weights, before)
    result = Result(search.problem.task.metric, score.metrics, score.undefined, *counts, bench.pooler, by)
    with _published(bench, spec, mask, lease) as folder:
        if point.point is not None:
            save_point(folder / POINT, point.point)
        if end.point is not None:
            save_point(folder / END, RewindPoint({}, end.point.heads))
        result.write(folder, time.perf_counter() - began, machine_name(bench.context.hardware.accelerator))
    return mask


def _untrained(bench: Workbench, spec: TicketMask, before: Mask, lease: Lease) -> Mask:
    """Prune θ0 as it is (docs/explanation/method.md, row 7): a ticket without a score."""
    search, weights, seed = spec.search, bench.prunable, derive(spec.search.seed, "mask", spec.round)
    count = spec.kept(size(before))
    mask = prune(search.pruner, bench, weights, before, count, seed, bench.gradients, start=weights)
    with _published(bench, spec, mask, lease):
        return mask


@contextmanager
def _published(bench: Workbench, spec: TicketMask, mask: Mask, lease: Lease) -> Iterator[Path]:
    with bench.context.store.publish(spec.name, spec, lease) as folder:
        save_ticket(folder / TICKET, mask, {"name": spec.name, "found_by": described(spec)})
        yield folder
