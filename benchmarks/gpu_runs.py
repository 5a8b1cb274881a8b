"""What trainings of the suite do on a card: the same bytes twice, steps in each precision, processes, dev scoring."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

import pytorch_lightning as lightning
import torch
from gpu_card import CUDA, PRECISIONS, Line
from released_way import seconds_a_step
from throughput import WINDOW, Measured, measure, train

SETTINGS = {"float32": [], "tf32": ["training.matmul=tf32"], "bfloat16": ["training.precision=bf16-mixed"]}
BATCHES = {"padded": [], "packed": ["training.packed=true"]}
RELEASED = ("classification", "regression")  # families that the released way's step is measured of
FEW = 2 if CUDA else 1  # windows of a training


class ScoringClock(lightning.Callback):
    """Seconds of a scoring; its predictions are on the CPU when it ends."""

    seconds = 0.0

    def on_validation_start(self, *_: object) -> None:
        self.seconds = -time.perf_counter()

    def on_validation_end(self, *_: object) -> None:
        self.seconds += time.perf_counter()


def same_bytes(task: str, common: Sequence[str]) -> Iterator[Line]:
    """Whether two trainings with deterministic algorithms end in the same weights and score."""
    for precision, batches in product(PRECISIONS, BATCHES):
        overrides = [f"task={task}", *common, *SETTINGS[precision], *BATCHES[batches], "trainer.deterministic=true"]
        (_, _, one), (_, _, two) = (train(overrides, WINDOW) for _ in range(2))
        equal = all(torch.equal(weights, two.weights[name]) for name, weights in one.weights.items())
        line = {"task": task, "precision": precision, "batches": batches}
        yield line | {"same_bytes": equal and one.score == two.score}


def by_setting(task: str, common: Sequence[str], rate: Line) -> Iterator[Line]:
    """A step of a task in each precision, padded and packed, and one of the released code's way."""
    for precision, batches in product(PRECISIONS, BATCHES):
        done = measure([f"task={task}", *common, *SETTINGS[precision], *BATCHES[batches]], FEW)
        line = {"task": task, "precision": precision, "batches": batches}
        yield line | _described(done, rate[precision])
    if done.family in RELEASED:
        seconds = seconds_a_step([f"task={task}", *common], windows=FEW)
        yield {"task": task, "precision": "float32", "batches": "released", "seconds": seconds}


def _described(done: Measured, rate: float) -> Line:
    reached = done.operations / done.seconds / 1e12
    sizes = {"seconds": done.seconds, "examples_a_second": done.examples / done.seconds, "tokens": done.tokens}
    return sizes | {"operations": done.operations, "tflops": reached, "share": reached / rate}


def overall(steps: Sequence[Line]) -> Iterator[Line]:
    """In each precision, padded and packed, TFLOP/s over one step of every task: what plans take."""
    for precision, batches in product(PRECISIONS, BATCHES):
        own = [one for one in steps if (one["precision"], one["batches"]) == (precision, batches)]
        rate = sum(one["operations"] for one in own) / sum(one["seconds"] for one in own) / 1e12
        yield {"precision": precision, "batches": batches, "trainer.device_tflops": round(rate, 4)}


def scoring(task: str, common: Sequence[str]) -> Line:
    """Of the whole development set after a short training."""
    clock = ScoringClock()
    _, bench, _ = train([f"task={task}", *common, "data.dev_limit=null"], WINDOW, [clock])
    scored = len(bench.splits.dev)
    return {"task": task, "scored": scored, "seconds": clock.seconds, "examples_a_second": scored / clock.seconds}


def together(processes: int, overrides: Sequence[str]) -> Line:
    """Steps a second of so many processes that train side by side on the card."""
    program = f"import sys; from throughput import measure; print(measure(sys.argv[1:], {FEW}).seconds)"
    command = [sys.executable, "-c", program, *overrides]
    began = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent)
        for _ in range(processes)
    ]
    seconds = [float(one.communicate()[0].strip().splitlines()[-1]) for one in began]
    setting = " ".join(o for o in overrides if o.startswith(("task=", "training.")))
    return {"setting": setting, "processes": processes, "steps_a_second": sum(1 / one for one in seconds)}


def lengths(task: str, common: Sequence[str]) -> tuple[list[int], int]:
    """Tokens of a task's texts, and how many of these make a batch."""
    _, bench, _ = train([f"task={task}", *common], 1)
    return bench.splits.train.lengths, bench.problem.training.batch_size
