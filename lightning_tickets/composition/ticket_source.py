"""The tasks that a ticket is found on, where they are not the task that it is trained on: ``source=`` and ``mix=``."""

from collections.abc import Sequence
from typing import Any

from omegaconf import DictConfig, ListConfig

from lightning_tickets.composition.overrides import parse_overrides
from lightning_tickets.errors import UserError

SOURCE = "source"
JOIN = "+"


def source_tasks(config: DictConfig, own: str) -> tuple[str, ...]:
    """The tasks that a config finds its ticket on, the leading one first; none for the one that is scored, ``own``."""
    named, mixed = split_source(config.source), _mixed(config)
    if named and mixed:
        raise UserError(f"source={config.source}: a mix has tasks of its own; give source= or mix=, not both")
    tasks = named or mixed
    return () if tasks == (own,) else tasks


def _mixed(config: DictConfig) -> tuple[str, ...]:
    """The tasks of the mix; UserError unless its YAML loads each of them."""
    tasks = config.mix.tasks
    loaded = ", ".join(map(str, config.sources)) or "none"
    if not isinstance(tasks, ListConfig) or any(name not in config.sources for name in tasks):
        raise UserError(f"mix.tasks={tasks}: expected a list of the tasks that the mix loads into sources, {loaded}")
    return tuple(tasks)


def split_source(source: Any) -> tuple[str, ...]:
    """The tasks that ``source`` names, the leading one first; none for null."""
    if source is None:
        return ()
    tasks = tuple(source.split(JOIN)) if isinstance(source, str) else ("",)
    twice = next((name for name in tasks if tasks.count(name) > 1), None)
    if "" in tasks or twice is not None:
        problem = f"{twice} is there twice" if twice else "not a task"
        raise UserError(f"source={source}: {problem}; expected a task, or several different ones as mlm{JOIN}cola")
    return tasks


def sources_in(overrides: Sequence[str]) -> tuple[str, ...]:
    """The tasks that the last ``source=`` among the overrides names; none for a sweep, which is taken apart first."""
    given = parse_overrides([text for text in overrides if text.partition("=")[0].lstrip("+") == SOURCE][-1:])
    return split_source(given[0].value()) if given and not given[0].is_sweep_override() else ()


def with_source_tasks(overrides: Sequence[str]) -> list[str]:
    """The overrides with those that load each source's own YAML, as ``+task@sources.mlm=mlm``."""
    return [*overrides, *(f"+task@sources.{name}={name}" for name in sources_in(overrides))]
