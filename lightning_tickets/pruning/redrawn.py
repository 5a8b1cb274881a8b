"""A random mask with the layer ratios of a ticket: what of it lies in how many weights each matrix keeps."""

import torch

from lightning_tickets.components import component
from lightning_tickets.pruning.mask import Mask


@component("redrawn_by_matrix", version=1)
def by_matrix(mask: Mask, seed: int) -> Mask:
    """As many weights of each matrix as ``mask`` keeps there, drawn uniformly by a generator of their own."""
    generator = torch.Generator().manual_seed(seed)
    return {
        name: m.reshape(-1)[torch.randperm(m.numel(), generator=generator)].view(m.shape) for name, m in mask.items()
    }
