"""A mask: one boolean tensor per prunable matrix, True where the weight is kept."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

Mask = dict[str, Tensor]
Weights = Mapping[str, Tensor]


def full(weights: Weights) -> Mask:
    """Everything kept."""
    return {name: torch.ones(w.shape, dtype=torch.bool) for name, w in weights.items()}


def size(weights: Weights) -> int:
    """The number of prunable weights, d in the paper's m ∈ {0, 1}^d."""
    return sum(w.numel() for w in weights.values())


def kept(mask: Mask) -> int:
    return sum(int(m.sum()) for m in mask.values())


def sparsity(mask: Mask) -> float:
    """The fraction of the prunable weights that is zero."""
    return 1 - kept(mask) / size(mask)


def check_fits(mask: Mask, weights: Weights) -> None:
    """ValueError naming the first matrix that the mask and the weights do not share in name and shape."""
    for name in sorted(set(mask) | set(weights)):
        ours = tuple(mask[name].shape) if name in mask else None
        theirs = tuple(weights[name].shape) if name in weights else None
        if ours != theirs:
            raise ValueError(f"mask does not fit the model: {name} is {ours} in the mask, {theirs} in the model")


def apply_(weights: Weights, mask: Mask) -> None:
    """Zero the pruned weights in place: m ⊙ θ."""
    with torch.no_grad():
        for name, m in mask.items():
            weights[name].mul_(m.to(weights[name].device))
