"""Seconds of a training step by task, for `training.seconds_per_step`, from which plans tell hours.

    python benchmarks/throughput.py [against=training.packed=true] [scale=paper trainer=gpu task=rte …]

Two trainings of other lengths on the same rows: their difference has neither start nor scoring in it. Give tasks as
`task=cola,squad,mlm` (the default); everything else is an override of each. `against=` names one more override, and
each task is measured with it too, turn and turn about.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lightning_tickets.composition import data_and_model, settings
from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.single import run_of
from lightning_tickets.pruning.mask import full
from lightning_tickets.runs.store import Store
from lightning_tickets.tickets.context import RunContext
from lightning_tickets.tickets.rewinding import TrainingStart
from lightning_tickets.tickets.workbench import Workbench

SHORT, LONG, REPEATS = 10, 40, 3


def main(arguments: list[str]) -> None:
    chosen, against = told(arguments, "task="), told(arguments, "against=")
    further = [a for a in arguments if not a.startswith(("task=", "against="))]
    sides = [further, *([[*further, against]] if against else [])]
    for task in (chosen or "cola,squad,mlm").split(","):
        times: list[list[float]] = [[] for _ in sides]
        for side, found in [*zip(sides, times, strict=True)] * REPEATS:
            found.append(difference([f"task={task}", *side]))
        medians = [shown(task, side[len(further) :], found) for side, found in zip(sides, times, strict=True)]
        if against:
            print(f"{task:8s} {medians[0] / medians[1]:.2f} times as fast with {against}")


def told(arguments: list[str], key: str) -> str:
    return next((a.removeprefix(key) for a in arguments if a.startswith(key)), "")


def shown(task: str, more: list[str], times: Sequence[float]) -> float:
    """The median, which is printed with its extremes."""
    low, median, high = min(times), statistics.median(times), max(times)
    words = " ".join([f"{task:8s}", *more])
    print(f"{words} {median:.4f} seconds a step (median of {REPEATS}; {low:.4f} to {high:.4f})")
    return median


def difference(overrides: list[str]) -> float:
    """Seconds a step between a short and a long training."""
    config = compose_config(
        [*overrides, "data.dev_limit=64", "trainer.progress=false", "trainer.checkpoint_every=null"]
    )
    run = run_of(config)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        hardware = settings.hardware(config, single=False)
        source, network = data_and_model.data_source(config), data_and_model.model_folder(config)
        context = RunContext(Store(place / "runs"), source, network, place, hardware=hardware)
        took = []
        for steps in (SHORT, LONG):
            training = replace(run.problem.training, steps=steps, epochs=None)
            bench = Workbench(replace(run.problem, training=training), context)
            began = time.perf_counter()
            bench.train("throughput", TrainingStart(bench.theta), full(bench.prunable), (1, 0))
            took.append(time.perf_counter() - began)
    return (took[1] - took[0]) / (LONG - SHORT)


if __name__ == "__main__":
    main(sys.argv[1:])
