"""How much of a training step are its kernels: what is left if all other work took no time.

    python benchmarks/step_kernels.py [task=cola,mnli …]

Milliseconds of the processor on one thread, of the whole network. Kernels are timed within one training by PyTorch's
profiler, the step within another one without it. Everything else given is an override.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pytorch_lightning as lightning
import torch
from command_line import run, told
from throughput import measure, train
from torch.profiler import ProfilerActivity, profile

BEGIN, STEPS = 10, 50  # steps before the profile, and in it
KINDS = {  # by what the names of their operators begin with
    "matrix products": ("aten::mm", "aten::addmm", "aten::bmm"),
    "attention": ("aten::_scaled_dot_product",),
    "GELU": ("aten::gelu",),
    "layer norm": ("aten::native_layer_norm",),
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


def main(arguments: list[str]) -> None:
    torch.set_num_threads(1)
    tasks, further = told(arguments, "task="), [a for a in arguments if not a.startswith("task=")]
    for task in (tasks or "cola,mnli,stsb,squad,mlm").split(","):
        line, profiled = [f"task={task}", "training.threads=1", *further], Profile()
        step = 1000 * measure(line, clock=time.process_time).seconds
        train(line, BEGIN + STEPS, [profiled])
        kernels = {one: 1000 * profiled.seconds[one] / STEPS for one in KINDS}
        parts = ", ".join(f"{one} {ms:.1f}" for one, ms in kernels.items())
        share = 100 * sum(kernels.values()) / step
        print(f"{task:8s} a step {step:.1f} ms: {parts}; together {share:.0f} %")


if __name__ == "__main__":
    run(main)
