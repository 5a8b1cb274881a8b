"""A config's training problem (task, data, network, settings), and those of the tasks its ticket is searched on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from omegaconf import DictConfig

from lightning_tickets.checks import checked_settings, integer, mapping, name, null, number, word
from lightning_tickets.components import Component, accepts
from lightning_tickets.composition import data_and_model
from lightning_tickets.composition.components import check_methods, component_at
from lightning_tickets.composition.compose import with_group
from lightning_tickets.composition.operations import step_operations
from lightning_tickets.composition.settings import cache, device_tflops, training
from lightning_tickets.composition.ticket_source import source_tasks
from lightning_tickets.declarations import methods
from lightning_tickets.errors import UserError
from lightning_tickets.models.files import check_packable
from lightning_tickets.models.folders import Pretrained
from lightning_tickets.studies.plan import Operations, add
from lightning_tickets.studies.statistics.weighted_metrics import METRICS as WEIGHTED_METRICS
from lightning_tickets.tasks.columns import COLUMNS, metrics_of
from lightning_tickets.tickets.problem import Data, Metric, Model, Problem, Task
from lightning_tickets.training.config import Training

KIND = "lightning_tickets.tasks.kind.Kind"
POOLERS = ("pruned", "dense")
MOST_LABELS = 100_000
SUITE_METRICS = frozenset().union(*WEIGHTED_METRICS.values())


@dataclass(frozen=True)
class Cost:
    """Of one training, as estimated: optimiser steps, seconds, and operations if they are known.

    Steps are counted before tokenisation, so windows and blocks may change the number per epoch.
    """

    steps: int
    seconds: float
    operations: Operations | None

    def times(self, factor: float) -> "Cost":
        """Of so many times as many steps."""
        return Cost(
            round(factor * self.steps), factor * self.seconds, self.operations and self.operations.times(factor)
        )


def mixed(costs: Sequence[Cost], sampled: bool) -> Cost:
    """Of a training of several tasks: as many steps as the first has, each on a batch of all of them, or of one."""
    steps = costs[0].steps
    share = 1 / len(costs) if sampled else 1.0
    parts = [one.times(share * steps / one.steps) for one in costs]
    return Cost(steps, sum(part.seconds for part in parts), add(part.operations for part in parts))


@dataclass(frozen=True)
class PlannedProblem:
    """A problem, its task's family, what a training costs, how a round of a search trains and what that costs.

    ``parameters`` is the number of weights, if it is known.
    """

    problem: Problem
    family: str
    cost: Cost
    search: Training
    search_cost: Cost
    parameters: int | None


def build_problem(config: DictConfig) -> PlannedProblem:
    """The config's own task. Fingerprints identify data and weights."""
    task, data, place = config.task, config.data, data_and_model.model_folder(config)
    name("task.name", task.name)
    rows = data_and_model.data_source(config)
    counts = rows.counts(task.name)
    data_and_model.warn_partial_data(config, counts)
    settings = training(config)
    model_fingerprint, positions = place.fingerprint(), place.max_length()
    if positions is not None and settings.max_length > positions:
        raise UserError(
            f"training.max_length={settings.max_length}: the model has {positions} positions, expected no more"
        )
    if settings.packed:
        check_packable(place.model_type())
    used = Data(data.source, rows.fingerprint(task.name), **checked_settings(Data, "data", data))
    examples = used.trained(counts["train"])
    if used.holdout and not 0 < examples < used.shown(counts["train"]):
        raise UserError(f"data.holdout={data.holdout}: task={task.name} has too few training rows")
    problem = Problem(
        _task(task),
        used,
        Model(place.name, model_fingerprint, word(*POOLERS)("pooler", config.pooler)),
        settings,
    )
    search = training(config, search=True)
    cost, of_round = (_cost(config, replace(problem, training=one), examples, place) for one in (settings, search))
    return PlannedProblem(problem, task.family, cost, search, of_round, place.parameters())


def _cost(config: DictConfig, problem: Problem, examples: int, place: Pretrained) -> Cost:
    per_step = float(number(0)("training.seconds_per_step", config.training.seconds_per_step))
    rate = device_tflops(config)
    steps = problem.training.total_steps(examples)
    step = step_operations(problem, config.task.family, place, cache(config))
    if rate is not None and step is not None:
        per_step = step.count / (rate * 1e12)
    return Cost(steps, steps * per_step, step and step.times(steps))


def _further(task: DictConfig) -> tuple[tuple[str, str], ...]:
    further = (mapping | null)("task.further", task.get("further")) or {}
    return tuple((str(split), str(name)) for split, name in further.items())


def _kind(task: DictConfig) -> Component:
    """UserError unless it is a class with the methods of ``Kind``."""
    kind = component_at("task.kind", task.get("kind"), ())
    if kind.name == "classification":
        integer(2, MOST_LABELS)("task.kind.labels", dict(kind.options)["labels"])
    check_methods("task.kind", kind, (method for method in methods(KIND) if not method.startswith("_")))
    return kind


def _task(node: DictConfig) -> Task:
    """UserError for a metric to show that the task does not have."""
    metric: str = name("task.metric", node.get("metric"))
    task = Task(node.name, _kind(node), metric, _further(node), _metrics(node))
    known = known_metrics(task)
    if known is not None:
        word(*known)("task.metric", metric)
    return task


def known_metrics(task: Task) -> tuple[str, ...] | None:
    """What a task can be scored by; None for a kind of task that is not the suite's."""
    known = metrics_of(task.kind.name, dict(task.kind.options))
    own = (*(one.name for one in task.metrics), *(shown for _, shown in task.further))
    return None if known is None else (*known, *own)


def _metrics(task: DictConfig) -> tuple[Metric, ...]:
    """UserError for one that has the name of one of the suite's, or needs what the kind of task has no column of."""
    given = (mapping | null)("task.metrics", task.get("metrics")) or {}
    nodes = sorted((str(name), node) for name, node in given.items())
    columns = COLUMNS.get(task.family)
    for one in sorted(SUITE_METRICS.intersection(given)):
        raise UserError(f"task.metrics.{one}: a metric of the suite has this name; expected another one")
    return tuple(Metric(name, _metric(f"task.metrics.{name}", node, columns)) for name, node in nodes)


def _metric(key: str, node: Any, columns: tuple[str, ...] | None) -> Component:
    component = component_at(key, node, columns)
    if columns and not any(accepts(component, column) for column in columns):
        raise UserError(f"{key}: {component.target} takes none of the columns {', '.join(columns)}")
    return component


def build_source_problems(config: DictConfig) -> tuple[PlannedProblem, ...]:
    """The problems that the ticket is searched on, the leading one first; empty for the config's own task."""
    names = source_tasks(config, config.task.name)
    return tuple(build_problem(with_group(config, "task", config.sources[name])) for name in names)
