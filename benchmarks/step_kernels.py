"""What a training step consists of: its kernels, and the work around forward and backward.

    python benchmarks/step_kernels.py [task=cola,mnli …]

Milliseconds of the processor on one thread, of a network of which half is pruned. Kernels are timed within one training
by PyTorch's profiler, the step and the work around it within another one without it. Everything else given is an
override.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import pytorch_lightning as lightning
import torch
from command_line import run, told
from throughput import WINDOW, WINDOWS, measure, train
from torch.optim import adam
from torch.profiler import ProfilerActivity, profile

from lightning_tickets.data.cache import Examples
from lightning_tickets.pruning.callback import PruningCallback
from lightning_tickets.training.loaders import Collate
from lightning_tickets.training.module import TaskModule

BEGIN, STEPS = 10, 50  # steps before the profile, and in it
KINDS = {  # by what the names of their operators begin with
    "matrix products": ("aten::mm", "aten::addmm", "aten::bmm"),
    "attention": ("aten::_scaled_dot_product",),
    "GELU": ("aten::gelu",),
    "layer norm": ("aten::native_layer_norm",),
}
AROUND = {  # by what it is, the functions that do it
    "rows and collating": ((Examples, "__getitems__"), (Collate, "__call__")),
    "clipping": ((TaskModule, "configure_gradient_clipping"),),
    "mask": ((PruningCallback, "on_before_optimizer_step"),),
    "optimiser": ((adam, "_fused_adam"),),
    "zeroing gradients": ((TaskModule, "optimizer_zero_grad"),),
}


class Profile(lightning.Callback):
    """Seconds of each kind of kernel in ``STEPS`` steps, in ``seconds`` when they have ended."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def on_train_batch_start(self, trainer: lightning.Trainer, *_: Any) -> None:
        if trainer.global_step == BEGIN:
            self._running = profile(activities=[ProfilerActivity.CPU])
            self._running.start()

    def on_train_batch_end(self, trainer: lightning.Trainer, *_: Any) -> None:
        if trainer.global_step == BEGIN + STEPS:
            self._running.stop()
            for event in self._running.key_averages():
                self.seconds[kind(event.key)] += event.self_cpu_time_total / 1e6


def kind(name: str) -> str:
    """That of an operator, empty for one that is none of them."""
    return next((one for one, beginnings in KINDS.items() if name.startswith(beginnings)), "")


@contextmanager
def spent_around() -> Iterator[Counter[str]]:
    """Seconds of the processor that the functions of ``AROUND`` take within the block."""
    seconds: Counter[str] = Counter()

    def timed(part: str, function: Any) -> Any:
        def run(*given: Any, **named: Any) -> Any:
            began = time.process_time()
            try:
                return function(*given, **named)
            finally:
                seconds[part] += time.process_time() - began

        return run

    with ExitStack() as patches:
        for part, functions in AROUND.items():
            for owner, name in functions:
                patches.enter_context(patch.object(owner, name, timed(part, getattr(owner, name))))
        yield seconds


def main(arguments: list[str]) -> None:
    torch.set_num_threads(1)
    tasks, further = told(arguments, "task="), [a for a in arguments if not a.startswith("task=")]
    for task in (tasks or "cola,mnli,stsb,squad,mlm").split(","):
        line, profiled = [f"task={task}", "training.threads=1", *further], Profile()
        with spent_around() as around:
            step = 1000 * measure(line, clock=time.process_time).seconds
        train(line, BEGIN + STEPS, [profiled])
        kernels = {one: 1000 * profiled.seconds[one] / STEPS for one in KINDS}
        parts = ", ".join(f"{one} {ms:.1f}" for one, ms in kernels.items())
        share = 100 * sum(kernels.values()) / step
        print(f"{task:8s} a step {step:.1f} ms: {parts}; together {share:.0f} %")
        each = 1000 / (WINDOW * (WINDOWS + 1))
        print(f"{'':8s} around: " + ", ".join(f"{part} {each * around[part]:.2f}" for part in AROUND))


if __name__ == "__main__":
    run(main)
