"""The tasks that a ticket is found on, where they are not the task that it is trained on: ``source=mlm+cola``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lightning_tickets.composition.overrides import parsed
from lightning_tickets.errors import UserError

SOURCE = "source"
JOIN = "+"


def names(source: Any) -> tuple[str, ...]:
    """The tasks that ``source`` names, the leading one first; none for null."""
    if source is None:
        return ()
    found = tuple(source.split(JOIN)) if isinstance(source, str) else ("",)
    twice = next((name for name in found if found.count(name) > 1), None)
    if "" in found or twice is not None:
        wrong = f"{twice} is there twice" if twice else "that is no task"
        raise UserError(f"source={source}: {wrong}: allowed are a task, and several tasks as mlm{JOIN}cola, each once")
    return found


def named_in(overrides: Sequence[str]) -> tuple[str, ...]:
    """The tasks that the last ``source=`` among the overrides names; none for a sweep, which is taken apart first."""
    given = parsed([text for text in overrides if text.partition("=")[0].lstrip("+") == SOURCE][-1:])
    return names(given[0].value()) if given and not given[0].is_sweep_override() else ()


def with_sources(overrides: Sequence[str]) -> list[str]:
    """The overrides with those that load each source's own YAML, as ``+task@sources.mlm=mlm``."""
    return [*overrides, *(f"+task@sources.{name}={name}" for name in named_in(overrides))]
