"""The steps of a training on a progress bar."""

from collections.abc import Callable
from typing import Any

import pytorch_lightning as lightning


class StepBar(lightning.Callback):
    """Tells ``update`` how many steps are ``completed``; it draws nothing itself and changes no result."""

    def __init__(self, update: Callable[..., None]) -> None:
        self._update = update

    def on_train_batch_end(self, trainer: lightning.Trainer, module: Any, outputs: Any, batch: Any, index: int) -> None:
        self._update(completed=index + 1)
