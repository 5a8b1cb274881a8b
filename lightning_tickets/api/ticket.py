"""A ticket in Python: a mask that is put on a model of transformers, kept while it trains, and taken off again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary, finalize

import torch
from torch import Tensor, nn
from torch.optim.optimizer import register_optimizer_step_post_hook
from transformers import PreTrainedModel

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.settings import root
from lightning_tickets.errors import UserError, printable
from lightning_tickets.models.encoder import prunable
from lightning_tickets.pruning.mask import Mask, fitted, kept, size, sparsity
from lightning_tickets.pruning.overlap import Overlap, overlaps
from lightning_tickets.tickets.mask_file import save_ticket
from lightning_tickets.tickets.place import read_ticket, ticket_file

_applied: WeakKeyDictionary[nn.Module, tuple[Any, list[Any]]] = WeakKeyDictionary()  # a ticket, its hooks' handles


class Ticket:
    """A mask m, True where a weight is kept, by the names of the encoder's matrices, and how it was found.

    Algorithm 1 of Chen et al. (2020) finds it; ``lightning_tickets.find`` runs that.
    """

    def __init__(self, mask: Mask, provenance: Mapping[str, Any] | None = None) -> None:
        self.mask, self.provenance = mask, dict(provenance or {})

    def __repr__(self) -> str:
        name = printable(str(self.provenance.get("name", "without a name")))
        counts = f"{kept(self.mask):,} of {size(self.mask):,} weights kept"
        return f"<Ticket {name}: {counts}, {100 * self.total_sparsity:.2f} % zero>"

    @classmethod
    def load(cls, place: str | Path) -> Ticket:
        """From a ticket's file, a folder with one, a mask file of the released code, a run of a store, or the hub.

        A run of the configured store can be given by its name. UserError for what holds no ticket.
        """
        return cls(*read_ticket(ticket_file(str(place), lambda: root(compose_config([])))))

    def save(self, path: str | Path) -> None:
        """One bit a weight, as safetensors; UserError for another ending, which ``load`` could not read."""
        if Path(path).suffix != ".safetensors":
            raise UserError(f"{path}: expected a name that ends in .safetensors")
        save_ticket(Path(path), self.mask, self.provenance)

    def sparsity(self) -> dict[str, float]:
        """The share of zeros of each matrix."""
        return {name: sparsity({name: m}) for name, m in self.mask.items()}

    @property
    def total_sparsity(self) -> float:
        """The share of zeros of all matrices together."""
        return sparsity(self.mask)

    def overlap(self, other: Ticket) -> float:
        """Weights that both keep over those that one of them keeps, |m₁ ∩ m₂| / |m₁ ∪ m₂| (the paper's appendix D)."""
        return sum(overlaps(self.mask, other.mask).values(), Overlap()).kept

    def apply(self, model: nn.Module) -> None:
        """Zero the pruned weights of the encoder within ``model``, and keep them zero under any torch optimiser.

        Gradients are masked before they are clipped or accumulated, weights again after every step. ValueError for a
        model without these matrices, with a ticket on it, or of several models of transformers.
        """
        if model in _applied:
            raise ValueError("there is a ticket on this model already: remove it first")
        weights = prunable(_encoder(model))
        pairs = [_Pruned(weights[name], m) for name, m in fitted(self.mask, weights).items()]
        for pair in pairs:
            pair.mask_weight()
        hooks = [pair.weight.register_hook(pair.masked) for pair in pairs if pair.weight.requires_grad]
        after = register_optimizer_step_post_hook(lambda optimizer, *_: _after_step(optimizer, pairs))
        finalize(model, after.remove)  # torch's list of hooks would keep the weights
        _applied[model] = self, [after, *hooks]

    def is_on(self, model: nn.Module) -> bool:
        """Whether this ticket, and no other with the same mask, has been applied to the model."""
        return model in _applied and _applied[model][0] is self

    def remove(self, model: nn.Module) -> None:
        """The pruned weights stay zero until they are trained; ValueError for a model without a ticket."""
        if model not in _applied:
            raise ValueError("there is no ticket on this model")
        for handle in _applied.pop(model)[1]:
            handle.remove()


class _Pruned:
    """A weight and its mask, on the weight's device."""

    def __init__(self, weight: Tensor, mask: Tensor) -> None:
        self.weight, self._mask = weight, mask

    def masked(self, gradient: Tensor) -> Tensor:
        self._mask = self._mask.to(gradient.device)
        return gradient * self._mask

    def mask_weight(self) -> None:
        with torch.no_grad():
            self.weight.copy_(self.masked(self.weight))


def _after_step(optimizer: torch.optim.Optimizer, pairs: list[_Pruned]) -> None:
    """Torch has one hook for all optimisers: those of other models are none of ours."""
    stepped = {id(p) for group in optimizer.param_groups for p in group["params"]}
    for pair in pairs:
        if id(pair.weight) in stepped:
            pair.mask_weight()


def _encoder(model: nn.Module) -> nn.Module:
    """The bare encoder of the one model of transformers that this one is or contains."""
    found = {name: module for name, module in model.named_modules() if isinstance(module, PreTrainedModel)}
    inner = {part for module in found.values() for part in module.modules() if part is not module}
    names = [name for name, module in found.items() if module not in inner]
    if not names:
        raise ValueError(f"{type(model).__name__} contains no model of transformers")
    if len(names) > 1:
        several = f"contains {len(names)} models of transformers ({', '.join(names)})"
        raise ValueError(f"{type(model).__name__} {several}: apply the ticket to one of them")
    return found[names[0]].base_model
