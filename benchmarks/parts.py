"""What the parts around a training cost: the mask in a step, tickets on disk, their overlap, and the command's start.

    python benchmarks/parts.py [scale=small data=local data.root=DATA model=local model.path=MODEL …]

Processor seconds on one thread, medians. Everything given is an override of the training whose step is timed. Tickets
are of the shapes of BERT-base.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from command_line import run, told
from ranking import modules
from throughput import measure

from lightning_tickets.pruning.callback import PruningCallback
from lightning_tickets.pruning.mask import Mask
from lightning_tickets.pruning.overlap import overlaps
from lightning_tickets.tickets.mask_file import load_ticket, save_ticket

TURNS = 5
COMMANDS = (["--help"], ["plan", "experiment=table2"], ["store", "list"])


def main(arguments: list[str]) -> None:
    out, overrides = told(arguments, "out="), [a for a in arguments if not a.startswith("out=")]
    torch.set_num_threads(1)
    measured = {"mask's share of a step": mask_share([*overrides, "training.threads=1"]), **tickets(), **started()}
    for name, value in measured.items():
        print(f"{name:32s} {value:.4g}")
    if out:
        Path(out).write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")


def mask_share(overrides: list[str]) -> float:
    """Of a step's seconds, those that the callback takes to hold the mask."""
    spent: list[float] = []
    held = PruningCallback.on_before_optimizer_step

    def timed(self: PruningCallback, *given: Any) -> None:
        spent.append(seconds(lambda: held(self, *given)))

    PruningCallback.on_before_optimizer_step = timed  # type: ignore[method-assign]
    try:
        step = measure(overrides, clock=time.process_time).seconds
    finally:
        PruningCallback.on_before_optimizer_step = held  # type: ignore[method-assign]
    return statistics.median(spent) / step


def tickets() -> dict[str, float]:
    one, other = (drawn(seed) for seed in (1, 2))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mask.safetensors"
        writing = median(lambda: save_ticket(path, one, {}))
        reading = median(lambda: load_ticket(path))
    return {"ticket written": writing, "ticket read": reading, "overlap of two": median(lambda: overlaps(one, other))}


def drawn(seed: int) -> Mask:
    """Seven of ten weights pruned at random."""
    generator = torch.Generator().manual_seed(seed)
    return {n: torch.rand(m.weight.shape, generator=generator) > 0.7 for n, m in modules().items()}


def median(work: Callable[[], Any]) -> float:
    return statistics.median(seconds(work) for _ in range(TURNS))


def seconds(work: Callable[[], Any]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def started() -> dict[str, float]:
    """User and system seconds of whole commands, with an empty store."""
    with tempfile.TemporaryDirectory() as folder:
        return {" ".join(line): statistics.median(of_child(line, folder) for _ in range(TURNS)) for line in COMMANDS}


def of_child(line: list[str], root: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    place = [] if line == ["--help"] else [f"paths.root={root}"]
    command = [sys.executable, "-m", "lightning_tickets", *line, *place]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    run(main)
