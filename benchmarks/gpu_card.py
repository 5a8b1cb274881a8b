"""What a card does without the suite: its rates, plain steps of a BERT on full batches, compiled steps, threads.

Without a GPU everything runs on the CPU, in small.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from itertools import product
from threading import Thread
from typing import Any

import torch
from transformers import BertConfig, BertForSequenceClassification

from lightning_tickets.models.operations import Sizes

os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read at the first product, needed by deterministic ones
CUDA = torch.cuda.is_available()
DEVICE = torch.device("cuda" if CUDA else "cpu")
PRECISIONS = ("float32", "tf32", "bfloat16") if CUDA else ("bfloat16",)
SIDE, COPIED = (8192, 1 << 30) if CUDA else (256, 1 << 16)
BATCHES = ((32, 128), (256, 128)) if CUDA else ((2, 16),)  # texts and tokens
STEPS, WARM = (30, 5) if CUDA else (3, 1)
BUCKETS = (16, 64)
COMPILED = {"compiled": {}, "graphs": {"mode": "reduce-overhead"}} if CUDA else {"compiled": {"backend": "eager"}}
Line = dict[str, Any]


def rates() -> Line:
    """TFLOP/s of a large product in each precision, TB/s of a copy (bytes read and written)."""
    one, other = (torch.randn(SIDE, SIDE, device=DEVICE) for _ in range(2))
    measured: Line = {}
    for name in PRECISIONS:
        with precision(name):
            a, b = (x.bfloat16() if name == "bfloat16" else x for x in (one, other))
            measured[name] = 2 * SIDE**3 / device_seconds(lambda a=a, b=b: a @ b) / 1e12
    large = torch.randn(COPIED, device=DEVICE)
    measured["copy"] = 2 * large.nbytes / device_seconds(large.clone) / 1e12
    return measured


def precision(name: str) -> Any:
    """Sets how float32 products are computed; the context in which a step is in half precision."""
    torch.set_float32_matmul_precision("high" if name == "tf32" else "highest")
    return torch.autocast(DEVICE.type, torch.bfloat16) if name == "bfloat16" else nullcontext()


def device_seconds(work: Callable[[], object]) -> float:
    """The median of ten, after three."""
    took = []
    for turn in range(13):
        wait()
        begin = time.perf_counter()
        work()
        wait()
        took += [time.perf_counter() - begin] if turn > 2 else []
    return statistics.median(took)


def wait() -> None:
    if CUDA:
        torch.cuda.synchronize()


class PlainStep:
    """A step of a BERT with a classifier: forward, backward, fused AdamW. ``compiled`` are options of torch.compile."""

    def __init__(self, config: BertConfig, name: str, compiled: Line | None = None) -> None:
        torch.use_deterministic_algorithms(False)
        self.config, self.name = config, name
        self.model: Any = BertForSequenceClassification(config).to(DEVICE).train()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=2e-5, fused=True)
        self.run = self.model if compiled is None else torch.compile(self.model, dynamic=False, **compiled)

    def __call__(self, texts: int, width: int) -> None:
        ids = torch.randint(1, self.config.vocab_size, (texts, width), device=DEVICE)
        torch.compiler.cudagraph_mark_step_begin()
        with precision(self.name):
            loss = self.run(input_ids=ids, labels=torch.zeros(texts, dtype=torch.long, device=DEVICE)).loss
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()

    def seconds(self, shapes: Sequence[tuple[int, int]]) -> float:
        """The mean over ``shapes`` (texts, tokens), after a few steps of each."""
        for shape in dict.fromkeys(shapes):
            for _ in range(WARM):
                self(*shape)
        wait()
        begin = time.perf_counter()
        for shape in shapes:
            self(*shape)
        wait()
        return (time.perf_counter() - begin) / len(shapes)


def full_batches(config: BertConfig, rate: Line) -> Iterator[Line]:
    """Steps on batches without padding in each precision, and their share of the card's own rate."""
    sizes = Sizes(config.num_hidden_layers, config.hidden_size, config.intermediate_size, config.vocab_size)
    for name, (texts, width) in product(PRECISIONS, BATCHES):
        line = attempt(config, name, None, [(texts, width)] * STEPS) | {"texts": texts, "width": width}
        if "seconds" in line:
            reached = sizes.step("classification", [width] * texts, packed=False) / line["seconds"] / 1e12
            line |= {"texts_a_second": texts / line["seconds"], "tflops": reached, "share": reached / rate[name]}
        yield line


def compiled(config: BertConfig, lengths: Sequence[int], texts: int) -> Iterator[Line]:
    """Steps in bfloat16 on a task's widths: as they are, and rounded up so that a compiled graph serves each of few."""
    torch._dynamo.config.recompile_limit = 64
    draw, most = random.Random(0), config.max_position_embeddings
    widths = [max(draw.choices(lengths, k=texts)) for _ in range(STEPS)]
    yield attempt(config, "bfloat16", None, [(texts, width) for width in widths]) | {"step": "eager"}
    for (name, options), bucket in product(COMPILED.items(), BUCKETS):
        rounded = [(texts, min(most, -(-width // bucket) * bucket)) for width in widths]
        yield attempt(config, "bfloat16", options, rounded) | {"step": name, "multiples_of": bucket}
        torch._dynamo.reset()


def attempt(config: BertConfig, name: str, options: Line | None, shapes: Sequence[tuple[int, int]]) -> Line:
    """What does not fit or cannot be compiled here says so, and the rest is measured."""
    line: Line = {"precision": name, "shapes": len(set(shapes))}
    try:
        return line | {"seconds": PlainStep(config, name, options).seconds(shapes)}
    except Exception as error:
        return line | {"failed": str(error).splitlines()[0][:200]}


def threads(config: BertConfig, count: int) -> Line:
    """Steps a second of all trainings together: a thread each in this process, with a stream of its own."""
    texts, width = BATCHES[0]
    steps = [PlainStep(config, "bfloat16") for _ in range(count)]
    for step in steps:
        step.seconds([(texts, width)])

    def train(step: PlainStep) -> None:
        with torch.cuda.stream(torch.cuda.Stream()) if CUDA else nullcontext():
            for _ in range(STEPS):
                step(texts, width)

    workers = [Thread(target=train, args=[step]) for step in steps]
    begin = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    wait()
    return {"threads": count, "steps_a_second": count * STEPS / (time.perf_counter() - begin)}
