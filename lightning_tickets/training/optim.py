"""AdamW without decay, and the rate's way: up over the warm-up, then linearly to zero."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from lightning_tickets.training.config import Course, Training


def make_optimizer(encoder: nn.Module, heads: nn.Module, settings: Training) -> torch.optim.AdamW:
    """Two groups: the encoder, and what only the heads have (a tied decoder belongs to the encoder)."""
    shared = {id(p) for p in encoder.parameters()}
    own = [p for p in heads.parameters() if id(p) not in shared]
    return torch.optim.AdamW(
        [
            {"params": list(encoder.parameters()), "lr": settings.learning_rate},
            {"params": own, "lr": settings.head_learning_rate},
        ],
        betas=(settings.beta1, settings.beta2),
        eps=settings.epsilon,
        weight_decay=settings.weight_decay,
        fused=settings.precision == "32-true",  # Lightning refuses to clip a fused optimiser under autocast
    )


def linear_rate(course: Course, warmup: float) -> Callable[[int], float]:
    """Share of the top rate at each step, counted from the course's beginning; ``warmup`` is of a whole training.

    The first decaying step has the whole rate.
    """
    ramp, end = round(course.steps * warmup), course.horizon or course.steps

    def at(taken: int) -> float:
        step = course.begin + taken
        return (step + 1) / ramp if step < ramp else max(0.0, (end - step) / max(1, end - ramp))

    return at
