"""The mean gradient of the loss at some weights, without training: what first-order criteria score by."""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, distributed

from lightning_tickets.tasks.batches import Batch
from lightning_tickets.training.module import TaskModule


def mean_gradients(
    module: TaskModule, matrices: Mapping[str, Tensor], batches: Iterable[Mapping[int, Batch]]
) -> dict[str, Tensor]:
    """Over the batches, without dropout; ``matrices`` are parameters of the module by the names they are returned by.

    Where several processes each have some of the batches, the mean is over those of all, the same in each process.
    """
    module.eval().zero_grad()
    count = torch.zeros(1)
    for batch in batches:
        module.loss(batch).backward()
        count += 1
    summed = {name: torch.zeros_like(p) if p.grad is None else p.grad for name, p in matrices.items()}
    if distributed.is_initialized():
        for value in (count, *summed.values()):
            distributed.all_reduce(value)
    return {name: value.detach() / count.item() for name, value in summed.items()}
