"""Calling what a config names: the import path is the registry, the signature says what it takes."""

from __future__ import annotations

from typing import Any

from hydra.utils import get_object

from lightning_tickets.components import declaration
from lightning_tickets.pruning.mask import Mask, kept
from lightning_tickets.tickets.problem import Component


def call(component: Component, *arguments: Any, **offered: Any) -> Any:
    """The component's result for ``arguments`` and its options; of what is offered it gets what it has names for."""
    accepted = {name: value for name, value in offered.items() if accepts(component, name)}
    return get_object(component.target)(*arguments, **dict(component.options), **accepted)


def accepts(component: Component, name: str) -> bool:
    """Whether its signature has a parameter of that name."""
    return name in declaration(component.target).parameters


def counted(mask: Mask, count: int, made_by: Component) -> Mask:
    """The mask, if it keeps as many weights as were asked for; RuntimeError for a pruner that has not kept to it."""
    if kept(mask) != count:
        raise RuntimeError(f"{made_by.name} did not keep the {count} weights it was asked to")
    return mask
