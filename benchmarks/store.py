"""How long `store verify` and `store list` take with 100 and with 10,000 runs, whole commands by the clock.

    python benchmarks/store.py [COUNT …]

One short training is made. Its files are published again under the names and specs of other seeds.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from command_line import run

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.single import context_of, run_of
from lightning_tickets.runs.store import TIMING, Store
from lightning_tickets.tickets.result import EXAMPLES, RESULT
from lightning_tickets.tickets.score import score_run

CELL = ["task=cola", "subnetwork=full", "training.steps=2", "data.train_limit=64"]
COUNTS, TURNS = (100, 10_000), 3


def main(counts: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        seconds = {count: measured(Path(folder) / str(count), count) for count in counts}
    for count, times in seconds.items():
        print(f"{count} runs: " + ", ".join(f"store {action} {time:.2f} s" for action, time in times.items()))
    few, many = min(counts), max(counts)
    ratios = ", ".join(f"{action} {seconds[many][action] / seconds[few][action]:.1f}" for action in seconds[few])
    print(f"{many} runs against {few}, times as long: {ratios}")


def measured(root: Path, count: int) -> dict[str, float]:
    fill(root, count)
    return {action: statistics.median(timed(root, action) for _ in range(TURNS)) for action in ("verify", "list")}


def fill(root: Path, count: int) -> None:
    """A store of so many runs, each with its own seed, name and checksums."""
    config = compose_config([*CELL, f"paths.root={root}"])
    run, context = run_of(config), context_of(config, single=False)
    score_run(run, context)
    store, made = Store(root / "runs"), context.store.path(run.name)
    for seed in range(count - 1):
        other = replace(run, seed=run.seed + 1 + seed)
        with store.publish(other.name, other) as draft:
            for file in (RESULT, EXAMPLES, TIMING):
                shutil.copy(made / file, draft)


def timed(root: Path, action: str) -> float:
    began = time.perf_counter()
    line = [sys.executable, "-m", "lightning_tickets", "store", action, f"paths.root={root}"]
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    run(lambda given: main([*map(int, given)] or [*COUNTS]))
