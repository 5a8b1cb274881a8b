"""How long a smaller network takes next to the dense one."""

import time
from dataclasses import dataclass
from statistics import median
from typing import Any

import torch
from torch import Tensor

BATCH, LENGTH = 8, 128
PAIRS, ENOUGH, SECONDS = 25, 5, 60.0  # passes of both, fewer once they have taken so long


@dataclass(frozen=True)
class Latency:
    """Medians in milliseconds of a forward pass of ``batch`` × ``length`` tokens; ``ratio`` is the pairs' median."""

    dense: float
    smaller: float
    ratio: float
    batch: int
    length: int
    threads: int
    pairs: int


def measured(dense: Any, smaller: Any) -> Latency:
    """Both in turn in this process, on random tokens, after a pass of each that does not count."""
    ids, pairs, began = tokens(dense), list[tuple[float, float]](), time.perf_counter()
    with torch.inference_mode():
        _pass(dense, ids), _pass(smaller, ids)
        while len(pairs) < PAIRS and (len(pairs) < ENOUGH or time.perf_counter() - began < SECONDS):
            pairs.append((_pass(dense, ids), _pass(smaller, ids)))
    whole, part = (1000 * median(times) for times in zip(*pairs, strict=True))
    batch, length = ids.shape
    return Latency(whole, part, median(a / b for a, b in pairs), batch, length, torch.get_num_threads(), len(pairs))


def tokens(encoder: Any) -> Tensor:
    """Random words, as many as the encoder takes and at most LENGTH, the same ones every time."""
    length = min(LENGTH, getattr(encoder.config, "max_position_embeddings", LENGTH) - 2)
    generator = torch.Generator().manual_seed(0)
    return torch.randint(
        encoder.config.vocab_size // 2, encoder.config.vocab_size, (BATCH, length), generator=generator
    )


def _pass(network: Any, ids: Tensor) -> float:
    began = time.perf_counter()
    network(input_ids=ids)
    return time.perf_counter() - began
