"""Iterative magnitude pruning with rewinding, and standard pruning (Chen et al. 2020, algorithm 1)."""

from __future__ import annotations

import time
from dataclasses import replace

from lightning_tickets.pruning.mask import Mask, Weights, full, kept, size
from lightning_tickets.pruning.schedule import kept_count
from lightning_tickets.runs.identity import described
from lightning_tickets.seeds import derive
from lightning_tickets.tickets.bench import Bench, Places
from lightning_tickets.tickets.component import call
from lightning_tickets.tickets.point import POINT, load_point, save_point
from lightning_tickets.tickets.record import Result
from lightning_tickets.tickets.spec import TicketMask
from lightning_tickets.tickets.ticket import FILE, load_ticket, save_ticket
from lightning_tickets.training.snapshot import Point, Snapshot


def find(wanted: TicketMask, places: Places) -> Mask:
    """The mask of a chain at a sparsity, searched for only as far as it is not in the store yet.

    Each round trains m ⊙ θ_i, prunes the smallest magnitudes of what is left and is published before the next begins.
    """
    bench: Bench | None = None
    mask: Mask | None = None
    for percent in wanted.chain.schedule.percents()[: wanted.round]:
        spec = replace(wanted, percent=percent)
        if places.store.has(spec.name):
            mask, _ = load_ticket(places.store.open(spec.name, spec) / FILE)
        else:
            bench = bench or Bench(wanted.chain.problem, places)
            mask = _round(bench, spec, mask if mask is not None else full(bench.prunable))
    assert mask is not None, "a schedule has one round at least"
    return mask


def rewound_to(ticket: TicketMask, places: Places) -> Point | None:
    """Where a training of the ticket starts from: θ_i and γ_i of its chain, None for θ0 with a head drawn anew."""
    if ticket.chain.rewind == 0:
        return None
    percents = ticket.chain.schedule.percents()
    holder = ticket if ticket.chain.rewind is None else replace(ticket, percent=percents[0])
    return load_point(places.store.open(holder.name, holder) / POINT)


def _round(bench: Bench, spec: TicketMask, before: Mask) -> Mask:
    """Train under the mask so far, prune to the round's count, publish the ticket."""
    began, chain = time.perf_counter(), spec.chain
    count, point, step = kept_count(size(before), spec.percent), _start(bench, spec), chain.step(bench.steps)
    theta, gamma = (point.encoder, point.head) if point else (bench.theta, None)
    start = {name: theta[name] for name in bench.prunable}

    def prune(weights: Weights, alive: Mask) -> Mask:
        drawn_by = derive(chain.seed, "mask", spec.round)
        pruned: Mask = call(chain.pruner, weights, alive, count, start=start, seed=drawn_by)
        return pruned

    begin = step if point else 0
    snapshot = _snapshot(spec, step, bench.steps)
    seeds = (chain.seed, spec.round)
    score, callback = bench.train(spec.name, theta, before, seeds, prune, snapshot, gamma, begin)
    mask = callback.pruned
    if mask is None or kept(mask) != count:
        raise RuntimeError(f"{chain.pruner.target} did not keep the {count} weights it was asked to")
    with bench.places.store.publish(spec.name, spec) as folder:
        save_ticket(folder / FILE, mask, {"name": spec.name, "found_by": described(spec)})
        if snapshot is not None and snapshot.point is not None:
            save_point(folder / POINT, snapshot.point)
        counts = kept(before), size(before)
        result = Result(chain.problem.task.metric, score.metrics, score.undefined, *counts, bench.pooler)
        result.write(folder, time.perf_counter() - began)
    return mask


def _start(bench: Bench, spec: TicketMask) -> Point | None:
    """Where a round starts: the first one at θ0, the others where the chain rewinds to."""
    if spec.round == 1:
        return None
    percents = spec.chain.schedule.percents()
    return rewound_to(replace(spec, percent=percents[spec.round - 2]), bench.places)


def _snapshot(spec: TicketMask, step: int, steps: int) -> Snapshot | None:
    """What a round has to keep for those after it: its end in standard pruning, step i of the first if it rewinds."""
    if spec.chain.rewind is None:
        return Snapshot(steps)
    return Snapshot(step) if step and spec.round == 1 else None
