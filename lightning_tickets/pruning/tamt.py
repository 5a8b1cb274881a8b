"""Mask training (TAMT, Liu et al. 2022): scores of weights that stay where they are, learned straight through."""

from collections.abc import Iterable
from typing import Any

import pytorch_lightning as lightning
import torch
from torch import Tensor

from lightning_tickets.components import component
from lightning_tickets.pruning.mask import Mask, Weights
from lightning_tickets.pruning.ranking import keep_largest


@component("tamt", version=1, callback="lightning_tickets.pruning.tamt.MaskTraining")
def tamt(weights: Weights, mask: Mask, count: int, callback: "MaskTraining") -> Mask:
    """Of the weights that ``mask`` keeps, the ``count`` with the largest learned scores, with their sign."""
    return keep_largest(callback.scores, mask, count, signed=True)


class MaskTraining(lightning.Callback):
    """Trains a score for each weight θ of the matrices in the place of the weights; the rest of the encoder stands.

    A score begins at |θ|. The forward pass reads m ⊙ θ, where m keeps the ``count`` largest scores, and a score's
    gradient is ∂L/∂(m ⊙ θ) ⊙ θ, as if m were the score. The optimiser, its rates and the clipping are the training's.
    """

    def __init__(self, names: Iterable[str], count: int) -> None:
        self.names, self.count = tuple(names), count
        self.scores: dict[str, Tensor] = {}

    def state_dict(self) -> dict[str, Any]:
        return {"scores": self.scores}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.scores = state_dict["scores"]

    def setup(self, trainer: lightning.Trainer, pl_module: Any, stage: str) -> None:
        """Before a checkpoint is loaded, so that θ is where the training starts."""
        if stage == "fit":
            self.theta = {name: pl_module.encoder.get_parameter(name).detach().clone() for name in self.names}
            self.scores = {name: value.abs() for name, value in self.theta.items()}

    def on_fit_start(self, trainer: lightning.Trainer, pl_module: Any) -> None:
        matrices = dict(pl_module.encoder.named_parameters())
        self.matrices = {name: matrices.pop(name) for name in self.names}
        self.frozen = list(matrices.values())
        for name, w in self.matrices.items():
            self.theta[name], self.scores[name] = self.theta[name].to(w), self.scores[name].to(w)
        self._mask()
        for optimizer in trainer.optimizers:
            optimizer.register_step_post_hook(lambda *_: self._after_step())

    @torch.no_grad()
    def on_before_optimizer_step(self, trainer: lightning.Trainer, pl_module: Any, optimizer: Any) -> None:
        """The scores take the place of the weights for this step."""
        for name, w in self.matrices.items():
            if w.grad is not None:
                w.grad.mul_(self.theta[name])
            w.copy_(self.scores[name])
        for p in self.frozen:
            p.grad = None

    @torch.no_grad()
    def _after_step(self) -> None:
        for name, w in self.matrices.items():
            self.scores[name].copy_(w)
        self._mask()

    @torch.no_grad()
    def _mask(self) -> None:
        """The weights become m ⊙ θ; a weight of zero, pruned before, is no candidate."""
        ranked = {name: s.where(self.theta[name] != 0, -torch.inf) for name, s in self.scores.items()}
        flat = torch.cat([s.reshape(-1) for s in ranked.values()])
        threshold = flat.topk(self.count, sorted=False).values.min() if self.count else torch.inf
        for name, w in self.matrices.items():
            w.copy_(self.theta[name] * (ranked[name] >= threshold))
