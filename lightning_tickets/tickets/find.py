"""Iterative magnitude pruning with rewinding, and standard pruning (Chen et al. 2020, algorithm 1)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lightning_tickets.errors import Stopped
from lightning_tickets.pruning.mask import Mask, Weights, full, kept, size
from lightning_tickets.pruning.movement import Movement
from lightning_tickets.runs.identity import described
from lightning_tickets.runs.lease import Lease
from lightning_tickets.runs.store import Store
from lightning_tickets.seeds import derive
from lightning_tickets.tickets.bench import Bench, Start
from lightning_tickets.tickets.component import call, counted, wants
from lightning_tickets.tickets.context import RunContext
from lightning_tickets.tickets.point import END, POINT, load_point, save_point
from lightning_tickets.tickets.record import TICKET, Result, read_round
from lightning_tickets.tickets.spec import TicketMask
from lightning_tickets.tickets.ticket import load_ticket, save_ticket
from lightning_tickets.training.snapshot import Point, Snapshot


def find(wanted: TicketMask, context: RunContext) -> Mask:
    """The mask of a chain at a sparsity, searched for only as far as it is not in the store yet.

    Each round trains m ⊙ θ_i, prunes the smallest magnitudes of what is left and is published before the next begins;
    one worker makes it, the others wait or are Busy (``RunContext``).
    """
    bench: Bench | None = None
    mask: Mask | None = None
    for spec in wanted.rounds:
        with context.claim(spec.name) as lease:
            if lease is None:
                mask, _ = load_ticket(context.store.open(spec.name, spec) / TICKET)
                continue
            _check_stop(spec, context)
            bench = bench or Bench(wanted.chain.problem, context, wanted.chain.mix)
            before = mask if mask is not None else full(bench.prunable)
            mask = (_round if spec.trained else _untrained)(bench, spec, before, lease)
    assert mask is not None, "a schedule has one round at least"
    return mask


def rewound_to(ticket: TicketMask, store: Store) -> Point | None:
    """Where a training of the ticket starts from: θ_i and γ_i of its chain, None for θ0 with a head drawn anew."""
    if ticket.chain.rewind == 0 or not ticket.trained:
        return None
    holder = ticket.trained[-1 if ticket.chain.goes_on else 0]
    return load_point(store.open(holder.name, holder) / POINT)


def _check_stop(spec: TicketMask, context: RunContext) -> None:
    """Stopped where the round before has scored too far below the first; a round's score is of the mask before it."""
    trained = spec.trained[:-1]
    if context.stop_below is None or len(trained) < 2:
        return
    first, last = (read_round(context.store, one.name, one).picks for one in (trained[0], trained[-1]))
    if last < first - context.stop_below:
        raise Stopped(
            f"{spec.chain.name}: not searched beyond {trained[-1].percent} %: at {trained[-2].percent} % it scores "
            f"{last:.4f}, its first round {first:.4f} (ticket.stop_below={context.stop_below:g})"
        )


def _round(bench: Bench, spec: TicketMask, before: Mask, lease: Lease) -> Mask:
    """Train under the mask so far, prune to the round's count, publish the ticket."""
    began, chain = time.perf_counter(), spec.chain
    movement = Movement(bench.prunable) if wants(chain.pruner, "movement") else None
    start = _start(bench, spec)
    origin = {name: start.theta[name] for name in bench.prunable}

    def prune(weights: Weights, alive: Mask) -> Mask:
        return _pruned(bench, spec, weights, alive, start=origin, movement=movement and movement.scores)

    point = Snapshot(_kept_step(spec, bench.steps))
    end = Snapshot(bench.steps - start.begin if chain.head == "carried" else None, "end")
    callbacks = [point, end, *([movement] if movement else [])]
    score, callback = bench.train(spec.name, start, before, (chain.seed, spec.round), prune, callbacks, chain)
    assert callback.pruned is not None, "a fit that ends has pruned"
    counts = kept(before), size(before)
    result = Result(chain.problem.task.metric, score.metrics, score.undefined, *counts, bench.pooler)
    with _published(bench, spec, callback.pruned, lease) as folder:
        if point.point is not None:
            save_point(folder / POINT, point.point)
        if end.point is not None:
            save_point(folder / END, Point({}, end.point.heads))
        result.write(folder, time.perf_counter() - began)
    return callback.pruned


def _untrained(bench: Bench, spec: TicketMask, before: Mask, lease: Lease) -> Mask:
    """Prune θ0 as it is (reference 7): a ticket without a score."""
    mask = _pruned(bench, spec, bench.prunable, before, start=bench.prunable)
    with _published(bench, spec, mask, lease):
        return mask


def _pruned(bench: Bench, spec: TicketMask, weights: Weights, alive: Mask, **offered: Any) -> Mask:
    """What the chain's pruner keeps of the mask so far: just as many as the round is to end with."""
    chain, count = spec.chain, spec.kept(size(alive))
    drawn_by = derive(chain.seed, "mask", spec.round)
    heads = bench.attention_heads() if wants(chain.pruner, "heads") else None
    mask = call(chain.pruner, weights, alive, count, seed=drawn_by, heads=heads, **offered)
    return counted(mask, count, chain.pruner)


@contextmanager
def _published(bench: Bench, spec: TicketMask, mask: Mask, lease: Lease) -> Iterator[Path]:
    with bench.context.store.publish(spec.name, spec, lease) as folder:
        save_ticket(folder / TICKET, mask, {"name": spec.name, "found_by": described(spec)})
        yield folder


def _start(bench: Bench, spec: TicketMask) -> Start:
    """The first round starts at θ0, the others where the chain goes back to, each with the head that the chain says."""
    chain, store, steps = spec.chain, bench.context.store, bench.steps
    horizon, earlier = chain.end(steps), spec.trained[:-1]
    if not earlier:
        return Start(bench.theta, horizon=horizon)
    before = earlier[-1]
    point = rewound_to(before, store)
    theta, gamma = (point.encoder, point.heads) if point else (bench.theta, None)
    if chain.head == "carried":
        gamma = load_point(store.open(before.name, before) / END).heads
    if chain.head == "redrawn":
        return Start(theta, None, chain.step(steps), horizon, derive(chain.seed, "heads", spec.round))
    return Start(theta, gamma, chain.step(steps), horizon)


def _kept_step(spec: TicketMask, steps: int) -> int | None:
    """The step of a round that those after it go back to: its last if the chain goes on, step i of the first."""
    first, step = len(spec.trained) == 1, spec.chain.step(steps)
    if spec.chain.goes_on:
        return steps if first else steps - step
    return step if step and first else None
