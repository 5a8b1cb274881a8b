"""The search for a ticket as a config describes it: criterion, schedule, rewinding, mix and protocol."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hydra.utils import get_object
from omegaconf import DictConfig

from lightning_tickets.checks import boolean, checked, integer, null, share
from lightning_tickets.composition.components import pruner_at
from lightning_tickets.composition.problems import PlannedProblem
from lightning_tickets.errors import UserError
from lightning_tickets.pruning.schedule import Schedule
from lightning_tickets.tickets.needs import ROUND, UNTRAINED
from lightning_tickets.tickets.problem import Mix, Problem
from lightning_tickets.tickets.spec import Chain

REWINDS = ("pretrained", "fraction", "none", "rate")
HEADS = ("rewound", "carried", "redrawn")
HORIZONS = ("round", "chain")
LOSSES = ("summed", "sampled")
FAMILIES = ("classification", "regression", "span", "masked_lm")


def schedule(config: DictConfig) -> Schedule:
    """The sparsity schedule: how many weights each round leaves."""
    integer(1, 99)("schedule.per_round", config.schedule.per_round)
    boolean("protocol.last_round", config.protocol.last_round)
    options = {str(name): value for name, value in config.schedule.items() if name != "_target_"}
    built: Schedule = get_object(config.schedule._target_)(**options)
    return built


def chain(config: DictConfig, problems: Sequence[PlannedProblem]) -> Chain:
    """The search on the first problem, with the others mixed in; equivalent settings give the same chain."""
    lead, others = problems[0], problems[1:]
    protocol, (where, rewinds) = config.protocol, rewinding(config)
    head = checked("protocol.head", protocol.head, HEADS)
    if _holds("aliased", protocol, lead.family):
        where, rewinds = None, "weights"
    if head == "carried" and (where is None or rewinds == "rate"):
        head = "rewound"  # without rewinding, weights and head are both kept
    prunes_first = _holds("prunes_first", protocol, lead.family)
    context = (UNTRAINED, ROUND) if prunes_first else (ROUND,)
    mix = Mix(tuple(_of_search(one, config) for one in others), checked("mix.loss", config.mix.loss, LOSSES))
    return Chain(
        _of_search(lead, config, _examples(lead, config.ticket.examples)),
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
    """A number of examples, or a fraction of the examples that a training sees (table 8: of 160,000)."""
    count: int | float | None = (integer(1) | share | null)("ticket.examples", given)
    seen = (lead.search.steps or lead.steps) * lead.search.batch_size
    return max(1, round(count * seen)) if isinstance(count, float) else count


def _of_search(planned: PlannedProblem, config: DictConfig, examples: int | None = None) -> Problem:
    """The problem as a chain trains it: the protocol's batches per epoch, and at most so many examples."""
    whole = boolean("protocol.partial_batch", config.protocol.partial_batch)
    training, data = replace(planned.search, partial_batch=whole), replace(planned.problem.data, examples=examples)
    return replace(planned.problem, training=training, data=data)


def _holds(switch: str, protocol: DictConfig, family: str) -> bool:
    """Whether a protocol switch is on for this kind of task."""
    kinds: Any = protocol[switch]
    if isinstance(kinds, str) or not set(kinds) <= set(FAMILIES):
        raise UserError(f"protocol.{switch}={kinds}: expected a list of {', '.join(FAMILIES)}")
    return family in kinds


def rewinding(config: DictConfig) -> tuple[float | None, str]:
    """Where a round starts (fraction of training; 0 for θ0, None to continue), and what is rewound."""
    name = checked("rewind.name", config.rewind.name, REWINDS)
    if name in ("pretrained", "none"):
        return (0.0 if name == "pretrained" else None), "weights"
    where = config.rewind.fraction
    lowest = "0 <=" if name == "rate" else "0 <"
    if isinstance(where, bool) or not isinstance(where, (int, float)) or not 0 <= where < 1:
        raise UserError(f"rewind.fraction={where}: expected a fraction of training, {lowest} fraction < 1")
    if where == 0 and name == "fraction":
        raise UserError("rewind.fraction=0: use rewind=pretrained")
    if where == 0:
        return None, "weights"  # weights continue, and every round repeats the whole rate schedule
    return float(where), "rate" if name == "rate" else "weights"
