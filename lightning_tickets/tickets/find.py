"""Iterative magnitude pruning with rewinding to θ0 (Chen et al. 2020, algorithm 1, i = 0)."""

from __future__ import annotations

import time
from dataclasses import replace

from lightning_tickets.pruning.mask import Mask, Weights, full, kept, size
from lightning_tickets.pruning.schedule import kept_count
from lightning_tickets.runs.identity import described
from lightning_tickets.seeds import derive
from lightning_tickets.tickets.bench import Bench, Places
from lightning_tickets.tickets.component import call
from lightning_tickets.tickets.record import Result
from lightning_tickets.tickets.spec import TicketMask
from lightning_tickets.tickets.ticket import FILE, load_ticket, save_ticket


def find(wanted: TicketMask, places: Places) -> Mask:
    """The mask of a chain at a sparsity, searched for only as far as it is not in the store yet.

    Each round trains m ⊙ θ0, prunes the smallest magnitudes of what is left and is published before the next begins.
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


def _round(bench: Bench, spec: TicketMask, before: Mask) -> Mask:
    """Train under the mask so far, prune to the round's count, publish the ticket."""
    began, chain = time.perf_counter(), spec.chain
    count = kept_count(size(before), spec.percent)

    def prune(weights: Weights, alive: Mask) -> Mask:
        drawn_by = derive(chain.seed, "mask", spec.round)
        pruned: Mask = call(chain.pruner, weights, alive, count, start=bench.prunable, seed=drawn_by)
        return pruned

    score, callback = bench.train(spec.name, bench.theta, before, (chain.seed, spec.round), prune)
    mask = callback.pruned
    if mask is None or kept(mask) != count:
        raise RuntimeError(f"{chain.pruner.target} did not keep the {count} weights it was asked to")
    with bench.places.store.publish(spec.name, spec) as folder:
        save_ticket(folder / FILE, mask, {"name": spec.name, "found_by": described(spec)})
        result = Result(
            chain.problem.task.metric, score.metrics, score.undefined, kept(before), size(before), bench.pooler
        )
        result.write(folder, time.perf_counter() - began)
    return mask
