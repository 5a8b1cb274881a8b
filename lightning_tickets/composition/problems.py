"""What is trained, as values: a task with its data, network and settings; that of a config and of its sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from omegaconf import DictConfig

from lightning_tickets.composition import data_and_model
from lightning_tickets.composition.components import component_at
from lightning_tickets.composition.compose import with_group
from lightning_tickets.composition.settings import training
from lightning_tickets.composition.ticket_source import source_tasks
from lightning_tickets.composition.values import checked, number, optional_integer
from lightning_tickets.errors import UserError
from lightning_tickets.tickets.problem import Data, Model, Problem, Task

POOLERS = ("pruned", "dense")


@dataclass(frozen=True)
class PlannedProblem:
    """A problem, its task's family (the kind of task), its optimiser steps, and the seconds that they may take.

    ``parameters`` is roughly how many weights the network has, None where that is not known yet.

    Steps are known before the data are tokenised: windows and blocks may make more or fewer of an epoch.
    """

    problem: Problem
    family: str
    steps: int
    seconds: float
    parameters: int | None


def build_problem(config: DictConfig) -> PlannedProblem:
    """The config's own task; data and weights enter by their fingerprints."""
    task, data, place = config.task, config.data, data_and_model.model_folder(config)
    rows = data_and_model.data_source(config)
    counts = rows.counts(task.name)
    data_and_model.warn_partial_data(config, counts)
    settings = training(config)
    print_of_model, positions = place.fingerprint(), place.max_length()
    if positions is not None and settings.max_length > positions:
        raise UserError(f"training.max_length={settings.max_length}: the model has {positions} positions")
    limits = {name: optional_integer(1)(f"data.{name}", data[name]) for name in ("train_limit", "dev_limit")}
    used = Data(data.source, rows.fingerprint(task.name), **limits, holdout=_holdout(data.holdout))
    examples = used.trained(counts["train"])
    if used.holdout and not 0 < examples < used.shown(counts["train"]):
        raise UserError(f"data.holdout={data.holdout}: task={task.name} has too few rows of train for it")
    problem = Problem(
        Task(task.name, component_at("task.kind", task.kind), task.metric, _further(task)),
        used,
        Model(place.name, print_of_model, checked("pooler", config.pooler, POOLERS)),
        settings,
    )
    per_step = float(number(0)("training.seconds_per_step", config.training.seconds_per_step))
    steps = settings.total_steps(examples if settings.steps is None else 0)
    return PlannedProblem(problem, task.family, steps, steps * per_step, place.parameters())


def _holdout(share: Any) -> float | None:
    """A share of train, more than nothing and less than all."""
    if share is None:
        return None
    if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 < share < 1:
        raise UserError(f"data.holdout={share}: allowed are null, and a share of train between 0 and 1")
    return float(share)


def _further(task: DictConfig) -> tuple[tuple[str, str], ...]:
    return tuple((str(split), str(name)) for split, name in task.get("further", {}).items())


def build_source_problems(config: DictConfig) -> tuple[PlannedProblem, ...]:
    """Those that the ticket is found on, the leading one first; none where it is the config's own task."""
    return tuple(build_problem(with_group(config, "task", config.sources[name])) for name in source_tasks(config))
