"""The settings of one training, each with its range. No torch here: planning reads it."""

from dataclasses import dataclass
from typing import ClassVar

from lightning_tickets.checks import below_one, boolean, integer, null, number, positive, setting, word
from lightning_tickets.components import Component

LONGEST = 2**31 - 1
MOST_THREADS = 1024
PACKING = 2  # packed texts of the same length attend together on a CPU
HELD_OUT = "held_out"  # of train, not trained on


@dataclass(frozen=True)
class Training:
    """One training: its length (``steps``, or ``epochs`` of the data), its batches and its optimiser's settings.

    ``warmup`` is a fraction of the steps, followed by a linear decay to zero. ``pool`` batches at a time are sorted
    by length. ``threads``, ``precision`` and ``matmul`` (of float32 on a GPU) change the last digits, so they belong
    here. ``packed`` batches have no padding. ``unread=skip`` leaves out what no score depends on: the last layer at
    tokens that no head reads, the optimiser's step (and so the weight decay) for embeddings of words that no training
    text has.
    ``partial_batch=False`` cuts an epoch to its whole batches (docs/explanation/method.md, row 8).
    """

    tag: ClassVar[str] = "Training"
    steps: int | None = setting(integer(1, LONGEST) | null)
    epochs: int | None = setting(integer(1, LONGEST) | null)
    batch_size: int = setting(integer(1, LONGEST))
    max_length: int = setting(integer(4, LONGEST))
    learning_rate: float = setting(number(0))
    head_learning_rate: float = setting(number(0))
    beta1: float = setting(below_one, 0.9)
    beta2: float = setting(below_one, 0.999)
    epsilon: float = setting(positive, 1e-8)
    weight_decay: float = setting(number(0), 0.0)
    clip: float | None = setting(positive | null, 1.0)
    warmup: float = setting(number(0, 1), 0.0)
    pool: int = setting(integer(1), 1)
    threads: int = setting(integer(1, MOST_THREADS), 1)
    precision: str = setting(word("32-true", "bf16-mixed"), "32-true")
    version: int = 1  # of the loop, the optimiser and the batches
    partial_batch: bool = True
    packed: bool = setting(boolean, False)
    optimizer: Component | None = None  # None is AdamW
    matmul: str = setting(word("highest", "tf32"), "highest")
    packing: int = 1  # the version of packed batches; 1 where batches are padded
    unread: str = setting(word("compute", "skip"), "compute")

    def total_steps(self, examples: int) -> int:
        """Optimiser steps on so many examples; an epoch's last batch may be smaller (steps round up)."""
        if self.steps is not None:
            return self.steps
        batches = -(-examples // self.batch_size) if self.partial_batch else examples // self.batch_size
        return (self.epochs or 0) * max(1, batches)


@dataclass(frozen=True)
class StepRange:
    """Steps ``begin`` to ``steps`` of a training, at the rates that belong to them, zero at ``horizon``.

    The horizon is the training's end unless the rate is spread over several (docs/explanation/method.md, row 2).
    """

    steps: int
    begin: int = 0
    horizon: int | None = None


@dataclass(frozen=True)
class Hardware:
    """Where a training runs and how it is shown; nothing here is part of what a run is.

    Batches of more than ``recompute_from`` tokens compute a layer's activations again in the backward pass instead of
    keeping them: the same numbers with less memory. Without ``checkpoint_every`` (seconds) an interrupted training
    starts again from its beginning.
    """

    accelerator: str = setting(word("cpu", "gpu"), "cpu")
    progress: bool = setting(boolean, False)
    recompute_from: int | None = setting(integer(1) | null, None)
    deterministic: bool = setting(boolean, False)
    checkpoint_every: float | None = setting(number(0) | null, None)


def held_out(metric: str) -> str:
    """What a metric goes by on the rows of train that are held out."""
    return f"{HELD_OUT}.{metric}"
