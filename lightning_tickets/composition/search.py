"""The search for a ticket as a config describes it: criterion, schedule, rewinding, mix and protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hydra.utils import get_object
from omegaconf import DictConfig

from lightning_tickets.checks import boolean, checked, integer
from lightning_tickets.composition.problems import Posed
from lightning_tickets.composition.pruners import pruner_at
from lightning_tickets.errors import UserError
from lightning_tickets.pruning.schedule import AnySchedule
from lightning_tickets.tickets.needs import ROUND, UNTRAINED
from lightning_tickets.tickets.problem import Mix, Problem
from lightning_tickets.tickets.spec import Chain

REWINDS = ("weights", "rate")
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


def chain(config: DictConfig, sought: Sequence[Posed]) -> Chain:
    """The search on the problem that leads, with the others mixed in.

    Settings that come to the same are said in one way, so that they are one chain.
    """
    lead, others = sought[0], sought[1:]
    protocol, where = config.protocol, rewind(config)
    head, rewinds = checked("protocol.head", protocol.head, HEADS), checked("rewinds", config.rewinds, REWINDS)
    if _holds("aliased", protocol, lead.family) or (rewinds == "rate" and where == 0):
        where = None
    if where is None or where == 0:
        rewinds = "weights"
    if head == "carried" and (where is None or rewinds == "rate"):
        head = "rewound"  # it goes where the weights go, which is on
    prunes_first = _holds("prunes_first", protocol, lead.family)
    places = (UNTRAINED, ROUND) if prunes_first else (ROUND,)
    mix = Mix(tuple(_cut(one.problem, config) for one in others), checked("mix.loss", config.mix.loss, LOSSES))
    return Chain(
        _cut(lead.problem, config, _examples(lead, config.ticket.examples)),
        pruner_at("pruner", config.pruner, places, config),
        schedule(config),
        integer(0)("ticket.seed", config.ticket.seed),
        rewind=where,
        rewinds=rewinds,
        head=head,
        horizon=checked("protocol.horizon", protocol.horizon, HORIZONS),
        prunes_first=prunes_first,
        mix=mix if others else None,
    )


def _examples(lead: Posed, given: Any) -> int | None:
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


def rewind(config: DictConfig) -> float | None:
    """A fraction of training, 0 for the pre-trained weights, None for standard pruning."""
    named = {"pretrained": 0.0, "none": None}
    value = config.rewind
    if isinstance(value, str) and value in named:
        return named[value]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
        raise UserError(f"rewind={value}: allowed are pretrained, none, and a fraction of training between 0 and 1")
    return float(value)
