"""Holds a mask while Lightning trains, and prunes further once the training is over."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import pytorch_lightning as lightning
import torch
from torch import distributed

from lightning_tickets.pruning.mask import Mask, apply_, check_fits

Prune = Callable[[Mapping[str, torch.Tensor], Mask], Mask]


class PruningCallback(lightning.Callback):
    """Masks the weights at the start and every gradient before it is clipped.

    A weight that starts at zero and never has a gradient stays exactly zero under AdamW, so nothing is multiplied
    again. ``prune`` makes the next round's mask from the trained weights; it is in ``pruned`` when the fit has ended.
    """

    def __init__(self, prunable: Mapping[str, torch.Tensor], mask: Mask | None, prune: Prune | None = None) -> None:
        if mask is not None:
            check_fits(mask, prunable)
        self.prunable, self.mask, self.prune = prunable, mask or {}, prune
        self.pruned: Mask | None = None

    def setup(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, stage: str) -> None:
        """Before a checkpoint's state is loaded."""
        apply_(self.prunable, self.mask)

    def on_fit_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        self._on_device = {name: m.to(pl_module.device) for name, m in self.mask.items()}

    def on_before_optimizer_step(self, trainer: lightning.Trainer, pl_module: Any, optimizer: Any) -> None:
        for name, m in self._on_device.items():
            gradient = self.prunable[name].grad
            if gradient is not None:
                gradient.mul_(m)

    def on_fit_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        if self.prune is not None:
            weights = {name: p.detach().cpu() for name, p in self.prunable.items()}
            self.pruned = self.prune(weights, self.mask)
            if trainer.world_size > 1:
                _check_same(self.pruned)


def _check_same(mask: Mask) -> None:
    """RuntimeError unless every process has the same mask."""
    bits = hashlib.sha256(b"".join(m.numpy().tobytes() for m in mask.values())).hexdigest()
    found: list[str | None] = [None] * distributed.get_world_size()
    distributed.all_gather_object(found, bits)
    if set(found) != {bits}:
        raise RuntimeError("the processes of this training have pruned to different masks")
