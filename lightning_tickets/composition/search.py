"""The search for a ticket as a config describes it: criterion, schedule, rewinding, mix and protocol."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from omegaconf import DictConfig, ListConfig

from lightning_tickets.checks import boolean, integer, null, share, word
from lightning_tickets.components import Component, accepts, call
from lightning_tickets.composition import data_and_model
from lightning_tickets.composition.components import check_methods, component_at
from lightning_tickets.composition.overrides import LOSSES
from lightning_tickets.composition.problems import PlannedProblem
from lightning_tickets.errors import UserError
from lightning_tickets.models.files import SPLIT_BY_HEAD
from lightning_tickets.pruning.schedule import Geometric, Linear, Schedule
from lightning_tickets.tickets.needs import ALWAYS, ROUND, UNTRAINED, check_needs
from lightning_tickets.tickets.problem import Mix, Problem
from lightning_tickets.tickets.spec import Search

REWINDS = ("pretrained", "fraction", "none", "rate")
HEADS = ("rewound", "carried", "redrawn")
HORIZONS = ("round", "chain")
FAMILIES = ("classification", "regression", "span", "masked_lm")


def schedule(config: DictConfig) -> Schedule:
    """The sparsity schedule: how many weights each round leaves."""
    integer(1, 99)("schedule.per_round", config.schedule.per_round)
    boolean("protocol.last_round", config.protocol.last_round)
    component = component_at("schedule", config.schedule, ())
    check_methods("schedule", component, ("percents", "kept"))
    built: Schedule = call(component)
    if type(built) not in (Linear, Geometric) and built.tag in (Linear.tag, Geometric.tag):
        raise UserError(f"schedule: {component.target} has the tag {built.tag!r} of a schedule of the suite")
    return built


def pruner_at(key: str, node: Any, situations: Sequence[str], config: DictConfig) -> Component:
    """UserError for a pruner that needs what is not available in one of the situations or with the network."""
    pruner = component_at(key, node, given=len(ALWAYS))
    for situation in situations:
        check_needs(key, pruner, situation)
    if accepts(pruner, "heads"):
        model_type = data_and_model.model_folder(config).model_type()
        if model_type is not None and model_type not in SPLIT_BY_HEAD:
            raise UserError(
                f"{key}: {pruner.target} needs attention heads, not known for type {model_type!r}; "
                f"known types are {', '.join(sorted(SPLIT_BY_HEAD))}"
            )
    return pruner


def build_search(config: DictConfig, problems: Sequence[PlannedProblem]) -> Search:
    """The search on the first problem, with the others mixed in; equivalent settings give the same search."""
    lead, others = problems[0], problems[1:]
    protocol, (where, rewinds) = config.protocol, rewinding(config)
    head = word(*HEADS)("protocol.head", protocol.head)
    if _holds("aliased", protocol, lead.family):
        where, rewinds = None, "weights"
    if head == "carried" and (where is None or rewinds == "rate"):
        head = "rewound"  # without rewinding, weights and head are both kept
    prunes_first = _holds("prunes_first", protocol, lead.family)
    context = (UNTRAINED, ROUND) if prunes_first else (ROUND,)
    mix = Mix(tuple(_of_search(one, config) for one in others), word(*LOSSES)("mix.loss", config.mix.loss))
    return Search(
        _of_search(lead, config, _examples(lead, config.ticket.examples)),
        pruner_at("pruner", config.pruner, context, config),
        schedule(config),
        integer(0)("ticket.seed", config.ticket.seed),
        rewind=where,
        rewinds=rewinds,
        head=head,
        horizon=word(*HORIZONS)("protocol.horizon", protocol.horizon),
        prunes_first=prunes_first,
        mix=mix if others else None,
    )


def _examples(lead: PlannedProblem, given: Any) -> int | None:
    """A number of examples, or a fraction of the examples that a training sees (table 8: of 160,000)."""
    count: int | float | None = (integer(1) | share | null)("ticket.examples", given)
    seen = (lead.search.steps or lead.cost.steps) * lead.search.batch_size
    return max(1, round(count * seen)) if isinstance(count, float) else count


def _of_search(planned: PlannedProblem, config: DictConfig, examples: int | None = None) -> Problem:
    """The problem as a search trains it: the protocol's batches per epoch, and at most so many examples."""
    whole = boolean("protocol.partial_batch", config.protocol.partial_batch)
    training, data = replace(planned.search, partial_batch=whole), replace(planned.problem.data, examples=examples)
    return replace(planned.problem, training=training, data=data)


def _holds(switch: str, protocol: DictConfig, family: str) -> bool:
    """Whether a protocol switch is on for this kind of task."""
    kinds: Any = protocol[switch]
    if not isinstance(kinds, ListConfig) or not set(kinds) <= set(FAMILIES):
        raise UserError(f"protocol.{switch}={kinds}: expected a list of {', '.join(FAMILIES)}")
    return family in kinds


def rewinding(config: DictConfig) -> tuple[float | None, str]:
    """Where a round starts (fraction of training; 0 for θ0, None to continue), and what is rewound."""
    name = word(*REWINDS)("rewind.name", config.rewind.name)
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
