"""A mask: one boolean tensor per prunable matrix, True where the weight is kept."""

import re
from collections.abc import Mapping
from typing import TypeVar

import torch
from torch import Tensor

Mask = dict[str, Tensor]
Weights = Mapping[str, Tensor]
POOLER = "pooler."
LAYER = re.compile(r"\.(\d+)\.")
T = TypeVar("T")


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


def layer_of(name: str) -> str:
    """The number of the layer that a matrix is in; what is in none, as the pooler, by its first name."""
    number = LAYER.search(name)
    return number[1] if number else name.split(".")[0]


def by_layer(matrices: Mapping[str, T]) -> dict[str, dict[str, T]]:
    """What is given of each matrix, by layer in the order of their numbers; what is in none comes last."""
    layers: dict[str, dict[str, T]] = {}
    for name, own in matrices.items():
        layers.setdefault(layer_of(name), {})[name] = own
    return dict(sorted(layers.items(), key=lambda one: (not one[0].isdecimal(), one[0].zfill(9))))


def check_fits(mask: Mask, weights: Weights) -> None:
    """ValueError naming the first matrix that the mask and the weights do not share in name and shape."""
    for name in sorted(set(mask) | set(weights)):
        ours = tuple(mask[name].shape) if name in mask else None
        theirs = tuple(weights[name].shape) if name in weights else None
        if ours != theirs:
            raise ValueError(f"mask does not fit the model: {name} is {ours} in the mask, {theirs} in the model")


def fitted(mask: Mask, weights: Weights) -> Mask:
    """The mask on a model that may have a pooler where the mask knows none, or none where it does.

    A pooler that the mask does not know is kept whole. ValueError naming any other matrix that differs.
    """
    known = {name: m for name, m in mask.items() if name in weights or not name.startswith(POOLER)}
    added = full({name: w for name, w in weights.items() if name not in mask and name.startswith(POOLER)})
    check_fits(known | added, weights)
    return {name: (known | added)[name] for name in weights}


def apply_(weights: Weights, mask: Mask) -> None:
    """Zero the pruned weights in place: m ⊙ θ."""
    with torch.no_grad():
        for name, m in mask.items():
            weights[name].mul_(m.to(weights[name].device))
