"""What leases, checkpoints and publishing cost of a pocket training, as shares of its time.

    python benchmarks/overhead.py [task=cola …]

Each part is timed by itself, many times: the difference of two whole trainings is smaller than their noise.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from command_line import run

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.single import context_of, run_of
from lightning_tickets.runs.store import Store
from lightning_tickets.tickets.context import RunContext
from lightning_tickets.tickets.score import score_run
from lightning_tickets.tickets.spec import Run

STEPS, TURNS, TRAININGS = 100, 50, 5


def main(arguments: list[str]) -> None:
    config = compose_config(["task=cola", "subnetwork=full", *arguments])
    run, every = run_of(config), float(config.trainer.checkpoint_every)
    with tempfile.TemporaryDirectory() as folder:
        context = replace(context_of(config, single=False), cache=Path(folder) / "cache")
        whole = median(TRAININGS, lambda: timed(run, context, Path(folder), None))
        lease = median(TURNS, lambda: turned(context, Path(folder)))
        save = saved(run, context, Path(folder))
    share = (lease + save * whole / every) / whole
    print(f"a training takes {whole:.2f} s, a lease {1000 * lease:.2f} ms, a checkpoint {1000 * save:.1f} ms")
    print(f"leases and a checkpoint every {every:.0f} s: {100 * share:.2f} % of a sweep's time")


def median(count: int, measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _ in range(count))


def timed(run: Run, context: RunContext, folder: Path, every: float | None) -> float:
    """Seconds of one training in an empty store."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        hardware = replace(context.hardware, checkpoint_every=every)
        fresh = replace(context, store=Store(Path(own) / "runs"), hardware=hardware)
        began = time.perf_counter()
        score_run(run, fresh)
        return time.perf_counter() - began


def turned(context: RunContext, folder: Path) -> float:
    """Seconds to take a lease, note the beginning, and give it back."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        fresh = replace(context, store=Store(Path(own) / "runs"))
        began = time.perf_counter()
        with fresh.claim("a-run"):
            pass
        return time.perf_counter() - began


def saved(run: Run, context: RunContext, folder: Path) -> float:
    """Seconds a checkpoint: of a training that writes one after every step, what it takes longer."""
    training = replace(run.problem.training, steps=STEPS, epochs=None)
    short = replace(run, problem=replace(run.problem, training=training))
    pairs = [(timed(short, context, folder, 0.0), timed(short, context, folder, None)) for _ in range(TRAININGS)]
    return statistics.median((often - never) / STEPS for often, never in pairs)


if __name__ == "__main__":
    run(main)
