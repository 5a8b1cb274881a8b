"""Holds a mask while Lightning trains."""

from collections.abc import Mapping
from typing import Any

import pytorch_lightning as lightning
import torch

from lightning_tickets.pruning.mask import Mask, apply_, check_fits

KEEPS_ZEROS = (torch.optim.AdamW,)  # new, these leave a weight at exactly zero that starts there without a gradient


class PruningCallback(lightning.Callback):
    """Masks the weights at the start and every gradient before it is clipped; matrices without zeros are left alone.

    Under AdamW a weight that starts at zero and never has a gradient stays exactly zero. Under any other optimiser
    the weights are masked again after each of its steps.
    """

    def __init__(self, prunable: Mapping[str, torch.Tensor], mask: Mask) -> None:
        check_fits(mask, prunable)
        self.prunable, self.mask = prunable, mask

    def setup(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, stage: str) -> None:
        """Before a checkpoint's state is loaded."""
        apply_(self.prunable, self.mask)

    def on_fit_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        pruned = {name: m for name, m in self.mask.items() if not m.all()}
        self._on_device = {name: m.to(pl_module.device, self.prunable[name].dtype) for name, m in pruned.items()}
        for optimizer in trainer.optimizers:
            if type(optimizer) not in KEEPS_ZEROS:
                optimizer.register_step_post_hook(lambda *_: apply_(self.prunable, self._on_device))

    def on_before_optimizer_step(self, trainer: lightning.Trainer, pl_module: Any, optimizer: Any) -> None:
        gradients = {name: self.prunable[name].grad for name in self._on_device}
        there = {name: gradient for name, gradient in gradients.items() if gradient is not None}
        if there:
            torch._foreach_mul_(list(there.values()), [self._on_device[name] for name in there])
