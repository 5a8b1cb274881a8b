"""How time and memory grow with width, weights, rounds, runs in the store, rows of data and workers.

    python benchmarks/scaling.py [OUT.json] [PART …]

Each size is measured in a process of its own, after what it needs has been loaded; the exponent k of size**k is fitted
by least squares to the logarithms. Seconds are of the processor, those of workers of the clock, too.
"""

from __future__ import annotations

import json
import math
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from command_line import run

CELL = ["task=cola", "subnetwork=full", "training.steps=2", "data.train_limit=64"]  # what store.fill makes
COMMANDS = ("runs", "reports", "workers")  # parts whose work is whole commands
Work = Callable[[], object]
PARTS: dict[str, tuple[Callable[[int, Path], Work], tuple[int, ...]]] = {}


def part(*sizes: int) -> Callable[[Callable[[int, Path], Work]], Callable[[int, Path], Work]]:
    """A function that prepares the work of a size, in a folder, and returns it."""

    def register(prepare: Callable[[int, Path], Work]) -> Callable[[int, Path], Work]:
        PARTS[prepare.__name__] = (prepare, sizes)
        return prepare

    return register


@part(128, 256, 512, 1024)
def width(size: int, folder: Path) -> Work:
    """Forward and backward of 2 layers on 32 texts of 32 tokens."""
    import torch
    from transformers import BertConfig, BertModel

    heads, inner = size // 64, 4 * size
    config = BertConfig(hidden_size=size, num_hidden_layers=2, num_attention_heads=heads, intermediate_size=inner)
    encoder, texts = BertModel(config), torch.randint(1000, (32, 32))
    return lambda: [encoder(texts).last_hidden_state.sum().backward() for _ in range(5)]


@part(1 << 22, 1 << 24, 1 << 26, 1 << 28)
def ranking(size: int, folder: Path) -> Work:
    """The exact largest 90 % of the weights, in matrices of 2**20."""
    import torch

    from lightning_tickets.pruning.mask import full
    from lightning_tickets.pruning.ranking import keep_largest

    weights = {f"m{number}": torch.randn(1024, 1024) for number in range(size >> 20)}
    among = full(weights)
    return lambda: keep_largest(weights, among, int(0.9 * size))


@part(2, 4, 8)
def rounds(size: int, folder: Path) -> Work:
    """Rounds of 50 steps with their scoring, and the training of the ticket."""
    from lightning_tickets.composition.compose import compose_config
    from lightning_tickets.composition.single import context_of, run_of
    from lightning_tickets.tickets.score import score_run

    line = ["task=cola", "training.steps=50", f"paths.root={folder}"]
    first = compose_config([*line, "subnetwork=full", "seed=2"])
    score_run(run_of(first), context_of(first, single=False))
    config = compose_config([*line, f"sparsity={10 * size}"])
    run, context = run_of(config), context_of(config, single=False)
    return lambda: score_run(run, context)


@part(1_000, 4_000, 16_000, 64_000)
def data(size: int, folder: Path) -> Work:
    """Rows of a file counted, checked and tokenised, from the file to the cache on disk."""
    from lightning_tickets.composition.compose import compose_config
    from lightning_tickets.composition.single import context_of, run_of
    from lightning_tickets.tickets.examples import load_splits

    (folder / "CoLA").mkdir()
    rows = "".join(f"x\t{n % 2}\t\tword {n} of a short text that is like many others\n" for n in range(size))
    for split in ("train", "dev"):
        (folder / "CoLA" / f"{split}.tsv").write_text(rows)
    line = ["task=cola", "subnetwork=full", "data=local", f"data.root={folder}", "data.dev_limit=100"]
    few, config = compose_config([*line, "data.train_limit=10"]), compose_config(line)
    context = context_of(config, single=False)
    load_splits(run_of(few).problem, context.source, context.folder, folder / "cache")
    return lambda: load_splits(run_of(config).problem, context.source, context.folder, folder / "cache")


@part(100, 1_000, 10_000)
def runs(size: int, folder: Path) -> Work:
    """`plan`, `status`, `store list` and `store verify` of a store of so many runs that a sweep asks for."""
    fill = f"import store, pathlib; store.fill(pathlib.Path({str(folder)!r}), {size})"
    subprocess.run([sys.executable, "-c", fill], cwd=Path(__file__).parent, check=True, stdout=subprocess.DEVNULL)
    root, sweep = f"paths.root={folder}", [*CELL, f"seed=range(1,{size + 1})"]
    lines = {"plan": sweep, "status": sweep, "store list": [], "store verify": []}
    return lambda: {name: _command([*name.split(), *line, root]) for name, line in lines.items()}


@part(1, 5, 13)
def reports(size: int, folder: Path) -> Work:
    """`report` of the whole paper with so many seeds: 1,158, 4,168 and 10,016 runs."""
    seeds = ",".join(map(str, range(1, size + 1)))
    fill = f"import paper_store, pathlib; paper_store.fill(pathlib.Path({str(folder)!r}), {size})"
    subprocess.run([sys.executable, "-c", fill], cwd=Path(__file__).parent, check=True, stdout=subprocess.DEVNULL)
    sweep = ["experiment=paper", f"seeds.tables=[{seeds}]", f"seeds.figures=[{seeds}]"]
    line = ["report", *sweep, f"paths.root={folder}"]
    return lambda: {f"report, {turn}": _command(line) for turn in ("first", "again")}


@part(1, 2, 4)
def workers(size: int, folder: Path) -> Work:
    """A sweep of 8 trainings of 200 steps by so many workers."""
    line = ["run", "-m", "task=cola", "subnetwork=full", "seed=range(1,9)", f"hydra.launcher.n_jobs={size}"]
    return lambda: {"run -m": _command([*line, f"paths.root={folder}"])}


def _command(arguments: list[str]) -> dict[str, float]:
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "lightning_tickets", *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, arguments
    clock = time.perf_counter() - began
    return {"seconds": used.ru_utime + used.ru_stime, "MB": used.ru_maxrss / 1024, "clock": clock}


def measure(name: str, size: int) -> dict[str, dict[str, float]]:
    """Of the work alone, or of each command that it consists of."""
    with tempfile.TemporaryDirectory() as folder:
        work = PARTS[name][0](size, Path(folder))
        before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
        commands = work()
        seconds = time.process_time() - began
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return commands if name in COMMANDS else {name: {"seconds": seconds, "MB": grown}}  # type: ignore[return-value]


def exponent(sizes: tuple[int, ...], values: list[float]) -> float:
    """The slope of log(value) over log(size)."""
    logs = [math.log(max(value, 1e-9)) for value in values]
    return statistics.linear_regression([*map(math.log, sizes)], logs).slope


def series(name: str) -> dict[str, Any]:
    """By command: sizes, values and the exponent of each."""
    sizes = PARTS[name][1]
    line = [sys.executable, __file__, "--one", name]
    measured = [
        json.loads(subprocess.run([*line, str(size)], stdout=subprocess.PIPE, check=True).stdout) for size in sizes
    ]
    found: dict[str, Any] = {}
    for command in measured[0]:
        columns = {key: [round(one[command][key], 3) for one in measured] for key in measured[0][command]}
        fitted = {key: round(exponent(sizes, values), 2) for key, values in columns.items() if min(values) > 0}
        found[command] = {"sizes": sizes, **columns, "exponents": fitted}
        print(name, command, found[command], flush=True)
    return found


def main(arguments: list[str]) -> None:
    out = next((Path(one) for one in arguments if one.endswith(".json")), None)
    names = [one for one in arguments if one in PARTS] or [*PARTS]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, torch on one thread"
    found = {"machine": machine, "command": "python benchmarks/scaling.py", **{name: series(name) for name in names}}
    if out:
        out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = "1"
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(sys.argv[2], int(sys.argv[3]))))
    else:
        run(main)
