"""AdamW without decay, and the rate's way: up over the warm-up, then linearly to zero."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from lightning_tickets.training.settings import Training


def make_optimizer(encoder: nn.Module, head: nn.Module, settings: Training) -> torch.optim.AdamW:
    """Two groups: the encoder, and what only the head has (a tied decoder belongs to the encoder)."""
    shared = {id(p) for p in encoder.parameters()}
    own = [p for p in head.parameters() if id(p) not in shared]
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


def linear_rate(steps: int, warmup: float) -> Callable[[int], float]:
    """Share of the top rate at each step, counted from 0; the first decaying step has the whole of it."""
    ramp = round(steps * warmup)

    def at(step: int) -> float:
        return (step + 1) / ramp if step < ramp else max(0.0, (steps - step) / max(1, steps - ramp))

    return at
