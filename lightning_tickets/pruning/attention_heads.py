"""Whole attention heads (Michel et al. 2019), the smallest first by the mean magnitude of their weights."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from lightning_tickets.components import component
from lightning_tickets.pruning.mask import Mask, Weights, kept
from lightning_tickets.pruning.ranking import keep_largest

Place = tuple[int, int, int]  # dimension, first, past the last: a block of a matrix's rows (0) or columns (1)


@component("heads", version=1)
def heads(weights: Weights, mask: Mask, count: int, heads: Sequence[Mapping[str, Place]]) -> Mask:
    """Heads go whole until ``count`` weights are left; ``heads`` says what of which matrix is a head's.

    So that the count is exact, the last head to go loses only its smallest weights; where no head is left to go,
    the smallest of the rest do.
    """
    left, excess = {name: m.clone() for name, m in mask.items()}, kept(mask) - count
    if excess < 0:
        raise ValueError(f"cannot keep {count} of {kept(mask)} weights")
    for head in sorted(heads, key=lambda head: _strength(weights, left, head)):
        own = {name: block(left[name], place) for name, place in head.items()}
        size = kept(own)
        if size > excess:
            of_head = {name: block(weights[name], place) for name, place in head.items()}
            for name, m in keep_largest(of_head, own, size - excess).items() if excess else ():
                own[name].copy_(m)
            return left
        for m in own.values():
            m.fill_(False)
        excess -= size
    return keep_largest(weights, left, count)


def block(matrix: Tensor, place: Place) -> Tensor:
    """A head's part of a matrix, a view."""
    dimension, first, past = place
    return matrix.narrow(dimension, first, past - first)


def _strength(weights: Weights, mask: Mask, head: Mapping[str, Place]) -> float:
    """Mean magnitude of what is left of it; a head that has lost weights is the next to go on."""
    parts = [(block(weights[name], place).detach().cpu(), block(mask[name], place)) for name, place in head.items()]
    if any(not bool(m.all()) for _, m in parts):
        return -1.0
    return float(torch.cat([w.abs().reshape(-1) for w, _ in parts]).double().mean())
