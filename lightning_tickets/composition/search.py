"""The search for a ticket as a config describes it: criterion, schedule, rewinding, mix and protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hydra.utils import get_object
from omegaconf import DictConfig

from lightning_tickets.checks import boolean, checked, integer
from lightning_tickets.composition.components import pruner_at
from lightning_tickets.composition.problems import PlannedProblem
from lightning_tickets.errors import UserError
from lightning_tickets.pruning.schedule import AnySchedule
from lightning_tickets.tickets.needs import ROUND, UNTRAINED
from lightning_tickets.tickets.problem import Mix, Problem
from lightning_tickets.tickets.spec import Chain

REWINDS = ("pretrained", "fraction", "none", "rate")
HEADS = ("rewound", "carried", "redrawn")
HORIZONS = ("round", "chain")
LOSSES = ("summed", "sampled")
FAMILIES = ("classification", "regression", "span", "masked_lm")


def schedule(config: DictConfig) -> AnySchedule:
    """How many weights each round leaves."""
    integer(1, 99)("schedule.per_round", config.schedule.per_round)
    options = {str(name): value for name, value in config.schedule.items() if name != "_target_"}
    found: AnySchedule = get_object(config.schedule._target_)(**options)
    return found


def chain(config: DictConfig, sought: Sequence[PlannedProblem]) -> Chain:
    """The search on the problem that leads, with the others mixed in.

    Settings that come to the same are said in one way, so that they are one chain.
    """
    lead, others = sought[0], sought[1:]
    protocol, (where, rewinds) = config.protocol, rewinding(config)
    head = checked("protocol.head", protocol.head, HEADS)
    if _holds("aliased", protocol, lead.family):
        where, rewinds = None, "weights"
    if head == "carried" and (where is None or rewinds == "rate"):
        head = "rewound"  # it goes where the weights go, which is on
    prunes_first = _holds("prunes_first", protocol, lead.family)
    context = (UNTRAINED, ROUND) if prunes_first else (ROUND,)
    mix = Mix(tuple(_cut(one.problem, config) for one in others), checked("mix.loss", config.mix.loss, LOSSES))
    return Chain(
        _cut(lead.problem, config, _examples(lead, config.ticket.examples)),
        pruner_at("pruner", config.pruner, context, config),
        schedule(config),
        integer(0)("ticket.seed", config.ticket.seed),
        rewind=where,
        rewinds=rewinds,
        head=head,
        horizon=checked("protocol.horizon", protocol.horizon, HORIZONS),
        prunes_first=prunes_first,
        mix=mix if others else None,
    )


def _examples(lead: PlannedProblem, given: Any) -> int | None:
    """A number of examples, or a fraction of those that a training sees (table 8: of 160,000)."""
    if isinstance(given, float) and 0 < given < 1:
        return max(1, round(given * lead.steps * lead.problem.training.batch_size))
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        raise UserError(
            f"ticket.examples={given}: allowed are an integer of at least 1, and a fraction between 0 and 1"
        )
    return given


def _cut(problem: Problem, config: DictConfig, examples: int | None = None) -> Problem:
    """As a chain trains it: with the protocol's batches an epoch, and on so many examples."""
    whole = boolean("protocol.partial_batch", config.protocol.partial_batch)
    training, data = replace(problem.training, partial_batch=whole), replace(problem.data, examples=examples)
    return replace(problem, training=training, data=data)


def _holds(switch: str, protocol: DictConfig, family: str) -> bool:
    """Whether a switch of the protocol is on for this kind of task."""
    kinds: Any = protocol[switch]
    if isinstance(kinds, str) or not set(kinds) <= set(FAMILIES):
        raise UserError(f"protocol.{switch}={kinds}: allowed is a list of {', '.join(FAMILIES)}")
    return family in kinds


def rewinding(config: DictConfig) -> tuple[float | None, str]:
    """Where a round starts (fraction of training, 0 for θ0, None for where the last one ended), and what goes back."""
    name = checked("rewind.name", config.rewind.name, REWINDS)
    if name in ("pretrained", "none"):
        return (0.0 if name == "pretrained" else None), "weights"
    where = config.rewind.fraction
    lowest = "0 <=" if name == "rate" else "0 <"
    if isinstance(where, bool) or not isinstance(where, (int, float)) or not 0 <= where < 1:
        raise UserError(f"rewind.fraction={where}: expected a fraction of training, {lowest} fraction < 1")
    if where == 0 and name == "fraction":
        raise UserError("rewind.fraction=0: that is rewind=pretrained")
    if where == 0:
        return None, "weights"  # weights go on, and every round has the whole training's rates
    return float(where), "rate" if name == "rate" else "weights"
