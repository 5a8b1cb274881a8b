"""The exact global ranking against PyTorch's own, on the shapes of BERT-base: seconds, and memory beyond the weights.

python benchmarks/ranking.py        each way runs three times in a process of its own, on one thread; medians count
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import torch
from command_line import run
from torch import nn
from torch.nn.utils import prune

from lightning_tickets.pruning.mask import full
from lightning_tickets.pruning.ranking import keep_largest

PRUNED = 8_552_448  # a tenth of 85,524,480


def modules() -> dict[str, nn.Linear]:
    """The 73 prunable maps of BERT-base."""
    torch.manual_seed(0)
    shapes = [*[(768, 768)] * 4, (768, 3072), (3072, 768)] * 12 + [(768, 768)]
    return {f"m{i}": nn.Linear(*shape, bias=False) for i, shape in enumerate(shapes)}


def ours(maps: dict[str, nn.Linear]) -> Callable[[], object]:
    weights = {name: m.weight.detach() for name, m in maps.items()}
    everything = full(weights)
    return lambda: keep_largest(weights, everything, sum(w.numel() for w in weights.values()) - PRUNED)


def library(maps: dict[str, nn.Linear]) -> Callable[[], object]:
    parameters = [(m, "weight") for m in maps.values()]
    return lambda: prune.global_unstructured(parameters, prune.L1Unstructured, amount=PRUNED)


def measure(way: str) -> None:
    torch.set_num_threads(1)
    run = {"ours": ours, "library": library}[way](modules())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    run()
    seconds = time.perf_counter() - start
    print(json.dumps([seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024]))


def main() -> None:
    for way in ("ours", "library"):
        lines = [subprocess.run([sys.executable, __file__, way], capture_output=True, text=True) for _ in range(3)]
        seconds, memory = zip(*(json.loads(line.stdout) for line in lines), strict=True)
        print(f"{way:8s} {statistics.median(seconds):6.2f} s  {statistics.median(memory):7.0f} MB beyond the weights")


if __name__ == "__main__":
    run(lambda given: measure(*given) if given else main())
