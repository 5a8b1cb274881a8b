"""A ticket for as long as a trainer trains: what ``Ticket.apply`` and ``remove`` do, as callbacks."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as lightning
from transformers import TrainerCallback

from lightning_tickets.api.ticket import Ticket


class LightningTicket(lightning.Callback):
    """For Lightning's Trainer: on the module's model while it is fitted, taken off afterwards or if that fails.

    ``name`` is the attribute that holds the model, for a module with several (a teacher and its student).
    """

    def __init__(self, ticket: Ticket, name: str = "") -> None:
        self.ticket, self.name, self._is_on = ticket, name, False

    def on_fit_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """After ``configure_model``, and after a checkpoint has given back weights that may not be masked."""
        self.ticket.apply(pl_module.get_submodule(self.name))
        self._is_on = True

    def teardown(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, stage: str) -> None:
        self._take_off(pl_module)

    def on_exception(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, *error: Any) -> None:
        self._take_off(pl_module)

    def _take_off(self, module: lightning.LightningModule) -> None:
        if self._is_on:
            self.ticket.remove(module.get_submodule(self.name))
            self._is_on = False


class TrainerTicket(TrainerCallback):
    """For the Trainer of transformers: on its model while it trains, taken off afterwards.

    If a training fails, the ticket stays on until the next one begins.
    """

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket

    def on_train_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        if self.ticket.is_on(given["model"]):  # a training before has failed, which Trainer does not tell
            self.ticket.remove(given["model"])
        self.ticket.apply(given["model"])

    def on_train_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        self.ticket.remove(given["model"])
