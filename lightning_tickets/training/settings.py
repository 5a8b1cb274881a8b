"""How one training goes. No torch here: planning reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Training:
    """One training: its length (``steps``, or ``epochs`` of the data), its batches and its optimiser (AdamW).

    ``warmup`` is a fraction of the steps, followed by a linear decay to zero; ``pool`` batches at a time are sorted
    by length; ``threads`` and ``precision`` change the last digits, so they belong here. ``partial_batch=False`` cuts
    an epoch to its whole batches (as the released code's rounds: reference 8). ``packed`` batches have no padding.
    """

    tag: ClassVar[str] = "Training"
    steps: int | None
    epochs: int | None
    batch_size: int
    max_length: int
    learning_rate: float
    head_learning_rate: float
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    clip: float = 1.0
    warmup: float = 0.0
    pool: int = 1
    threads: int = 1
    precision: str = "32-true"
    version: int = 1  # of the loop, the optimiser and the batches
    partial_batch: bool = True
    packed: bool = False

    def total_steps(self, examples: int) -> int:
        """Optimiser steps on so many examples; an epoch's last batch may be smaller (steps round up)."""
        if self.steps is not None:
            return self.steps
        batches = -(-examples // self.batch_size) if self.partial_batch else examples // self.batch_size
        return (self.epochs or 0) * max(1, batches)


@dataclass(frozen=True)
class Course:
    """Steps ``begin`` to ``steps`` of a training, at the rates that belong to them, zero at ``horizon``.

    The horizon is the training's end unless the rate is spread over several (as released: reference 2).
    """

    steps: int
    begin: int = 0
    horizon: int | None = None


@dataclass(frozen=True)
class Hardware:
    """Where a training runs and how it is shown; nothing here is part of what a run is.

    Batches of more than ``recompute_from`` tokens compute a layer's activations again in the backward pass instead of
    keeping them: the same numbers with less memory. Without ``checkpoint_every`` (seconds) a training
    that is cut off begins anew.
    """

    accelerator: str = "cpu"
    progress: bool = False
    recompute_from: int | None = None
    deterministic: bool = False
    checkpoint_every: float | None = None


def held_out(metric: str) -> str:
    """What a metric goes by on the rows of train that are held out."""
    return f"held_out.{metric}"
