"""A random mask: every prunable weight is as likely to stay as any other (m_RP in table 2)."""

import torch

from lightning_tickets.components import component
from lightning_tickets.pruning.mask import Mask, Weights
from lightning_tickets.pruning.ranking import keep_largest


@component("random", version=1)
def uniform(weights: Weights, mask: Mask, count: int, seed: int) -> Mask:
    """Of the weights that ``mask`` keeps, keep ``count`` drawn uniformly by a generator of their own."""
    generator = torch.Generator().manual_seed(seed)
    draws = {name: torch.rand(w.shape, generator=generator) for name, w in weights.items()}
    return keep_largest(draws, mask, count)
