"""Seconds of a training step by task, for `training.seconds_per_step`, from which plans tell hours.

    python benchmarks/throughput.py [scale=paper trainer=gpu task=rte …]

Two trainings of other lengths on the same rows: their difference has neither start nor scoring in it. Give tasks as
`task=cola,squad,mlm` (the default); everything else is an override of each.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from lightning_tickets.composition import inputs, settings
from lightning_tickets.composition.compose import composed
from lightning_tickets.composition.single import run_of
from lightning_tickets.pruning.mask import full
from lightning_tickets.runs.store import Store
from lightning_tickets.tickets.bench import Bench, Start
from lightning_tickets.tickets.places import Places

SHORT, LONG, REPEATS = 20, 80, 3


def main(arguments: list[str]) -> None:
    chosen = [a.removeprefix("task=") for a in arguments if a.startswith("task=")]
    further = [a for a in arguments if not a.startswith("task=")]
    for task in (chosen[0] if chosen else "cola,squad,mlm").split(","):
        low, median, high = sorted(difference([f"task={task}", *further]) for _ in range(REPEATS))
        print(f"{task:8s} {median:.4f} seconds a step (median of {REPEATS}; {low:.4f} to {high:.4f})")


def difference(overrides: list[str]) -> float:
    """Seconds a step between a short and a long training."""
    config = composed([*overrides, "data.dev_limit=64", "trainer.progress=false"])
    run = run_of(config)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        hardware = settings.hardware(config, single=False)
        places = Places(Store(place), inputs.source(config), inputs.folder(config), place, hardware=hardware)
        took = []
        for steps in (SHORT, LONG):
            training = replace(run.problem.training, steps=steps, epochs=None)
            bench = Bench(replace(run.problem, training=training), places)
            began = time.perf_counter()
            bench.train("throughput", Start(bench.theta), full(bench.prunable), (1, 0))
            took.append(time.perf_counter() - began)
    return (took[1] - took[0]) / (LONG - SHORT)


if __name__ == "__main__":
    main(sys.argv[1:])
