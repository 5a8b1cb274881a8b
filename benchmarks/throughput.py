"""Seconds of a training step by task, for `training.seconds_per_step`, from which plans tell hours.

    python benchmarks/throughput.py [against=training.packed=true] [scale=paper trainer=gpu task=rte …]

The median of windows of steps within one training, without its beginning and its scoring. Give tasks as
`task=cola,squad,mlm` (the default); everything else is an override of each. `against=` names one more override, and
each task is measured with it too, turn and turn about.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytorch_lightning as lightning
import torch
from command_line import run, told

from lightning_tickets.composition import data_and_model, settings
from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.operations import step_operations
from lightning_tickets.composition.single import run_of
from lightning_tickets.pruning.mask import full, size
from lightning_tickets.pruning.ranking import keep_largest
from lightning_tickets.runs.store import Store
from lightning_tickets.tickets.context import RunContext
from lightning_tickets.tickets.rewinding import TrainingStart
from lightning_tickets.tickets.spec import Run
from lightning_tickets.tickets.workbench import Trained, Workbench

WINDOW, WINDOWS, REPEATS = 10, 4, 3


@dataclass
class Measured:
    """One training: seconds of a step, window by window, and what a step reads: examples, real tokens, operations.

    Operations are what plans count: forward and backward, padding included where batches are padded.
    """

    windows: Sequence[float]
    examples: int
    tokens: float
    operations: float
    family: str

    @property
    def seconds(self) -> float:
        return statistics.median(self.windows)


class Windows:
    """Seconds of a step in each window of ``size`` steps but the first; a GPU is waited for at the end of each."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter, size: int = WINDOW) -> None:
        self.clock, self.size, self.ends = clock, size, list[float]()

    def step(self, number: int) -> None:
        """Step ``number``, from 1, has ended."""
        if number % self.size == 0:
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            self.ends.append(self.clock())

    @property
    def seconds(self) -> list[float]:
        return [(b - a) / self.size for a, b in zip(self.ends, self.ends[1:], strict=False)]


class Clock(lightning.Callback):
    """Tells ``windows`` of the steps of a training."""

    def __init__(self, windows: Windows) -> None:
        self.windows = windows

    def on_train_batch_end(self, trainer: lightning.Trainer, *_: object) -> None:
        self.windows.step(trainer.global_step)


def main(arguments: list[str]) -> None:
    chosen, against = told(arguments, "task="), told(arguments, "against=")
    further = [a for a in arguments if not a.startswith(("task=", "against="))]
    sides = [further, *([[*further, against]] if against else [])]
    for task in (chosen or "cola,squad,mlm").split(","):
        times: list[list[float]] = [[] for _ in sides]
        for side, windows in [*zip(sides, times, strict=True)] * REPEATS:
            windows += measure([f"task={task}", *side]).windows
        medians = [shown(task, side[len(further) :], windows) for side, windows in zip(sides, times, strict=True)]
        if against:
            print(f"{task:8s} {medians[0] / medians[1]:.2f} times as fast with {against}")


def shown(task: str, more: list[str], windows: Sequence[float]) -> float:
    """The median, which is printed with its extremes."""
    low, median, high = min(windows), statistics.median(windows), max(windows)
    words = " ".join([f"{task:8s}", *more])
    print(f"{words} {median:.4f} seconds a step (median of {len(windows)}; {low:.4f} to {high:.4f})")
    return median


def measure(overrides: list[str], windows: int = WINDOWS, clock: Callable[[], float] = time.perf_counter) -> Measured:
    """One training, as ``train`` makes it, of so many windows of steps, and one more to begin with."""
    timed = Windows(clock)
    family, bench, _ = train(overrides, WINDOW * (windows + 1), [Clock(timed)])
    problem, lengths = bench.problem, bench.splits.train.lengths
    step = step_operations(problem, family, bench.context.folder, bench.context.cache)
    if step is None:
        raise ValueError("the network's config does not have the sizes of a BERT")
    texts = problem.training.batch_size
    return Measured(timed.seconds, texts, texts * sum(lengths) / len(lengths), step.count, family)


def train(
    overrides: list[str], steps: int, callbacks: Sequence[lightning.Callback] = ()
) -> tuple[str, Workbench, Trained]:
    """The family of a task, and one training, of so many steps, of the larger half of the prunable weights.

    Matrices that are kept whole would not be multiplied by their masks.
    """
    family, run, bench = prepared(overrides, steps)
    weights = bench.prunable
    half = keep_largest(weights, full(weights), size(weights) // 2)
    trained = bench.train(run, TrainingStart(bench.theta), half, (1, 0), callbacks)
    return family, bench, trained


def prepared(overrides: list[str], steps: int | None = None) -> tuple[str, Run, Workbench]:
    """The family of a task, and what trains a run of it; nothing is written but the cache of tokenised rows."""
    config = compose_config(
        ["data.dev_limit=64", "trainer.progress=false", "trainer.checkpoint_every=null", *overrides]
    )
    run, scratch = run_of(config), Path(tempfile.gettempdir())
    hardware = settings.hardware(config, single=False)
    source, network = data_and_model.data_source(config), data_and_model.model_folder(config)
    context = RunContext(Store(scratch / "unwritten"), source, network, scratch, hardware=hardware)
    training = run.problem.training
    given = training if steps is None else replace(training, steps=steps, epochs=None)
    return config.task.family, run, Workbench(replace(run.problem, training=given), context)


if __name__ == "__main__":
    run(main)
