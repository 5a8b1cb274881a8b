"""What a card does without the suite: its rates, plain steps of a BERT, also as graphs and compiled, threads.

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
COMPILED = {} if CUDA else {"backend": "eager"}  # options of torch.compile
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
    """A step of a BERT with a classifier: forward, backward, fused AdamW.

    ``way`` is eager, compiled (torch.compile) or graphs: the whole step of each shape, captured once and replayed.
    """

    def __init__(self, config: BertConfig, name: str, way: str = "eager") -> None:
        torch.use_deterministic_algorithms(False)
        self.config, self.name, self.graphed = config, name, way == "graphs" and CUDA
        self.model: Any = BertForSequenceClassification(config).to(DEVICE).train()
        rate = torch.tensor(2e-5, device=DEVICE) if self.graphed else 2e-5
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=rate, fused=True, capturable=self.graphed)
        self.run = torch.compile(self.model, dynamic=False, **COMPILED) if way == "compiled" else self.model
        self.graphs: dict[tuple[int, int], tuple[torch.Tensor, Any]] = {}

    def __call__(self, texts: int, width: int) -> None:
        ids = torch.randint(1, self.config.vocab_size, (texts, width), device=DEVICE)
        if not self.graphed:
            self.step(ids)
            return
        if (texts, width) not in self.graphs:
            self.graphs[texts, width] = ids, self.captured(ids)
        read, graph = self.graphs[texts, width]
        read.copy_(ids)
        graph.replay()

    def captured(self, ids: torch.Tensor) -> Any:
        """A graph of the step on whatever ``ids`` holds when it is replayed; steps before the capture allocate."""
        own = torch.cuda.Stream()
        own.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(own):
            for _ in range(WARM):
                self.step(ids)
        torch.cuda.current_stream().wait_stream(own)
        graph, pool = torch.cuda.CUDAGraph(), next((one.pool() for _, one in self.graphs.values()), None)
        with torch.cuda.graph(graph, pool=pool):
            self.step(ids)
        return graph

    def step(self, ids: torch.Tensor) -> None:
        with precision(self.name):
            loss = self.run(input_ids=ids, labels=torch.zeros(len(ids), dtype=torch.long, device=DEVICE)).loss
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
    for name, (texts, width), way in product(PRECISIONS, BATCHES, ("eager", "graphs")):
        line = attempt(config, name, way, [(texts, width)] * STEPS) | {"texts": texts, "width": width}
        if "seconds" in line:
            reached = sizes.step("classification", [width] * texts, packed=False) / line["seconds"] / 1e12
            line |= {"texts_a_second": texts / line["seconds"], "tflops": reached, "share": reached / rate[name]}
        yield line


def launched(config: BertConfig, lengths: Sequence[int], texts: int) -> Iterator[Line]:
    """Steps in bfloat16 on a task's widths: as they are, and rounded up so that few graphs serve them all."""
    for way, multiple in (("eager", 1), ("graphs", 16), ("graphs", 64)):
        yield attempt(config, "bfloat16", way, shapes(config, lengths, texts, multiple)) | {"multiples_of": multiple}


def compiled(config: BertConfig, lengths: Sequence[int], texts: int) -> Iterator[Line]:
    """The same under torch.compile; compiling takes a minute or more."""
    yield attempt(config, "bfloat16", "compiled", shapes(config, lengths, texts, 64)) | {"multiples_of": 64}


def shapes(config: BertConfig, lengths: Sequence[int], texts: int, multiple: int) -> list[tuple[int, int]]:
    """Texts and tokens of STEPS batches."""
    draw, most = random.Random(0), config.max_position_embeddings
    widths = [max(draw.choices(lengths, k=texts)) for _ in range(STEPS)]
    return [(texts, min(most, -(-width // multiple) * multiple)) for width in widths]


def attempt(config: BertConfig, name: str, way: str, shapes: Sequence[tuple[int, int]]) -> Line:
    """What does not fit or cannot be compiled here says so, and the rest is measured."""
    line: Line = {"precision": name, "step": way, "shapes": len(set(shapes))}
    try:
        return line | {"seconds": PlainStep(config, name, way).seconds(shapes)}
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
