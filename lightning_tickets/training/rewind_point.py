"""Encoder and heads as they are after some step of a training: θ_i and γ_i, what rewinding goes back to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytorch_lightning as lightning
from torch import Tensor


@dataclass(frozen=True)
class RewindPoint:
    """Values by name, copied; what a head shares with the encoder (a tied decoder) is the encoder's only."""

    encoder: Mapping[str, Tensor]
    heads: tuple[Mapping[str, Tensor], ...]


class CaptureRewindPoint(lightning.Callback):
    """Takes the ``point`` after ``step`` optimiser steps of this fit, or none; checkpoints know it by ``name``."""

    def __init__(self, step: int | None, name: str = "point") -> None:
        self.step, self.name = step, name
        self.point: RewindPoint | None = None

    @property
    def state_key(self) -> str:
        return f"Snapshot-{self.name}"  # fixed: checkpoints hold it

    def state_dict(self) -> dict[str, Any]:
        return {} if self.point is None else {"encoder": self.point.encoder, "heads": list(self.point.heads)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.point = RewindPoint(state_dict["encoder"], tuple(state_dict["heads"]))

    def on_train_batch_end(self, trainer: lightning.Trainer, pl_module: Any, *_: Any) -> None:
        if trainer.global_step == self.step:
            shared = {p.data_ptr() for p in pl_module.encoder.parameters()}
            heads = tuple(_copied(head, shared) for head in pl_module.heads)
            self.point = RewindPoint(_copied(pl_module.encoder, set()), heads)


def _copied(module: Any, without: set[int]) -> dict[str, Tensor]:
    state: Mapping[str, Tensor] = module.state_dict()
    return {name: v.detach().cpu().clone() for name, v in state.items() if v.data_ptr() not in without}
