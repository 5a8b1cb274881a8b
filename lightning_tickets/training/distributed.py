"""Several processes, a device each, that make one training together: those that torchrun has started."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import distributed

from lightning_tickets.runs.world import rank, world_size
from lightning_tickets.tasks.batches import Batch


@contextmanager
def process_group(accelerator: str) -> Iterator[None]:
    """The processes' group within the block; one process alone needs none."""
    if world_size() == 1 or distributed.is_initialized():
        yield
        return
    if accelerator == "gpu":
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    distributed.init_process_group("cpu:gloo,cuda:nccl" if accelerator == "gpu" else "gloo")
    try:
        yield
    finally:
        distributed.destroy_process_group()


def all_gather(value: Any) -> list[Any]:
    """The values of all processes, by rank."""
    if world_size() == 1:
        return [value]
    values: list[Any] = [None] * world_size()
    distributed.all_gather_object(values, value)
    return values


def all_reduce_max(value: int) -> int:
    """The largest value of all processes; between CPUs, so that no GPU is waited for."""
    if world_size() == 1:
        return value
    largest = torch.tensor(value)
    distributed.all_reduce(largest, distributed.ReduceOp.MAX)
    return int(largest)


def shard_batch(batch: Batch, terms_of: Callable[[Batch], int]) -> Batch:
    """This rank's rows of a batch, and as ``weight`` what makes the mean of all ranks' losses the whole batch's.

    ``terms_of`` counts what a batch's loss is a mean of. A rank without a term of its own computes something, its first
    row or that of all, and is told by the key ``unused`` that it counts for nothing.
    """
    own = {name: value[rank() :: world_size()] for name, value in batch.items()}
    rows = own if len(own["input_ids"]) else {name: value[:1] for name, value in batch.items()}
    counted = terms_of(own)
    if not counted:
        return rows | {"unused": torch.tensor(1)}
    return rows | {"weight": torch.tensor(world_size() * counted / terms_of(batch))}
