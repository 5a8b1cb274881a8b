"""Movement: how far training drives a weight away from zero (Sanh et al. 2020, section 3)."""

from collections.abc import Iterable
from typing import Any

import pytorch_lightning as lightning
import torch

from lightning_tickets.components import component
from lightning_tickets.pruning.mask import Mask, Weights
from lightning_tickets.pruning.ranking import keep_largest


@component("movement", version=1, callback="lightning_tickets.pruning.movement.Movement")
def movement(weights: Weights, mask: Mask, count: int, callback: "Movement") -> Mask:
    """Of the weights that ``mask`` keeps, the ``count`` with the largest signed −Σ w · ∂L/∂w over the training."""
    return keep_largest(callback.scores, mask, count, signed=True)


class Movement(lightning.Callback):
    """Sums −w · ∂L/∂w over the steps of a fit; gradients that are averaged over processes give the same sum in each."""

    def __init__(self, names: Iterable[str]) -> None:
        """Of the encoder's matrices of these names."""
        self.names = tuple(names)
        self.scores: dict[str, torch.Tensor] = {}

    def state_dict(self) -> dict[str, Any]:
        return {"scores": self.scores}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.scores = state_dict["scores"]

    def on_fit_start(self, trainer: lightning.Trainer, pl_module: Any) -> None:
        self.matrices = {name: pl_module.encoder.get_parameter(name) for name in self.names}
        before, self.scores = self.scores, {name: torch.zeros_like(w) for name, w in self.matrices.items()}
        for name, value in before.items():
            self.scores[name].copy_(value)

    @torch.no_grad()
    def on_before_optimizer_step(self, trainer: lightning.Trainer, pl_module: Any, optimizer: Any) -> None:
        for name, w in self.matrices.items():
            if w.grad is not None:
                self.scores[name].addcmul_(w, w.grad, value=-1)
