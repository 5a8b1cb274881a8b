"""Second-order pruning: how much the loss rises without a weight (the criterion of Kurtic et al. 2022, oBERT).

Only the criterion: no other weight moves to make up for a pruned one, since a ticket starts from θ0.
"""

from collections.abc import Iterable
from typing import Any

import pytorch_lightning as lightning
import torch
from torch import Tensor
from torch.nn.functional import pad

from lightning_tickets.components import component
from lightning_tickets.pruning.mask import Mask, Weights
from lightning_tickets.pruning.ranking import keep_largest

BLOCK, GRADIENTS, DAMPENING = 50, 1024, 1e-7  # as in the paper


@component("obert", version=1, callback="lightning_tickets.pruning.obert.BlockFisher")
def obert(weights: Weights, mask: Mask, count: int, callback: "BlockFisher") -> Mask:
    """Of the weights that ``mask`` keeps, the ``count`` with the largest w² / (2 [F⁻¹]_ii) at the end of a training."""
    return keep_largest(callback.scores, mask, count)


class BlockFisher(lightning.Callback):
    """Sums g gᵀ of a matrix's gradients g over the last steps of a fit, in blocks of neighbours, row after row.

    Over the last ``GRADIENTS`` steps, at most the last half. It holds ``BLOCK`` numbers for each weight.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self.sums: dict[str, Tensor] = {}
        self.scores: dict[str, Tensor] = {}

    def state_dict(self) -> dict[str, Any]:
        return {"sums": self.sums}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.sums = state_dict["sums"]

    def on_train_start(self, trainer: lightning.Trainer, pl_module: Any) -> None:
        self.matrices = {name: pl_module.encoder.get_parameter(name) for name in self.names}
        self.sums = {name: value.to(self.matrices[name]) for name, value in self.sums.items()}
        steps = int(trainer.num_training_batches)
        self.taken = min(GRADIENTS, -(-steps // 2))
        self.first = steps - self.taken

    @torch.no_grad()
    def on_before_optimizer_step(self, trainer: lightning.Trainer, pl_module: Any, optimizer: Any) -> None:
        if trainer.global_step < self.first:
            return
        for name, w in self.matrices.items():
            g = blocks(torch.zeros_like(w) if w.grad is None else w.grad)
            outer = g[:, :, None] * g[:, None, :]
            self.sums[name] = self.sums[name].add_(outer) if name in self.sums else outer

    def on_train_end(self, trainer: lightning.Trainer, pl_module: Any) -> None:
        self.scores = {name: saliency(w, self.sums[name] / self.taken) for name, w in self.matrices.items()}


def blocks(matrix: Tensor) -> Tensor:
    """Its entries in row-major order, ``BLOCK`` a row, the last one filled up with zeros."""
    flat = matrix.reshape(-1)
    filled: Tensor = pad(flat, (0, -len(flat) % BLOCK))
    return filled.view(-1, BLOCK)


def saliency(weight: Tensor, fisher: Tensor) -> Tensor:
    """w² / (2 [F⁻¹]_ii) in the shape of the weight, with a little added to F's diagonal so that it can be inverted."""
    damped = fisher.double() + DAMPENING * torch.eye(fisher.shape[-1], dtype=torch.double, device=fisher.device)
    inverse: Tensor = torch.linalg.inv(damped).diagonal(dim1=-2, dim2=-1).reshape(-1)[: weight.numel()]
    return (weight.detach().double().square() / (2 * inverse.view_as(weight))).float()
