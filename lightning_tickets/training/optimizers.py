"""Optimisers, components of (parameter groups, settings), and the learning rate: warm-up, then linearly to zero."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn

from lightning_tickets.checks import number, positive
from lightning_tickets.components import call, component
from lightning_tickets.training.config import StepRange, Training

Groups = Iterable[dict[str, Any]]


@component("adamw", version=1)
def adamw(groups: Groups, settings: Training) -> torch.optim.Optimizer:
    """One fused kernel for all weights."""
    return torch.optim.AdamW(
        groups,
        betas=(settings.beta1, settings.beta2),
        eps=settings.epsilon,
        weight_decay=settings.weight_decay,
        fused=True,
    )


@component("sgd", version=1)
def sgd(groups: Groups, settings: Training, momentum: float = 0.9, nesterov: bool = False) -> torch.optim.Optimizer:
    """Stochastic gradient descent with momentum."""
    (positive if nesterov else number(0))("optimizer.momentum", momentum)
    return torch.optim.SGD(groups, momentum=momentum, nesterov=nesterov, weight_decay=settings.weight_decay)


def make_optimizer(encoder: nn.Module, heads: nn.Module, settings: Training) -> torch.optim.Optimizer:
    """Two groups: the encoder, and what only the heads have (a tied decoder belongs to the encoder)."""
    shared = {id(p) for p in encoder.parameters()}
    groups = [
        {"params": list(encoder.parameters()), "lr": settings.learning_rate},
        {"params": [p for p in heads.parameters() if id(p) not in shared], "lr": settings.head_learning_rate},
    ]
    if settings.optimizer is None:
        return adamw(groups, settings)
    optimizer: torch.optim.Optimizer = call(settings.optimizer, groups, settings=settings)
    return optimizer


def linear_rate(course: StepRange, warmup: float) -> Callable[[int], float]:
    """Share of the top rate at each step, counted from the course's beginning; ``warmup`` is of a whole training.

    The first decaying step has the whole rate.
    """
    ramp, end = round(course.steps * warmup), course.horizon or course.steps

    def at(taken: int) -> float:
        step = course.begin + taken
        return (step + 1) / ramp if step < ramp else max(0.0, (end - step) / max(1, end - ramp))

    return at
