"""θ0″: the pre-trained weights of each prunable matrix in random order (shuffled_weights in table 2).

The print reads as a shuffle within each matrix, before the mask is applied; the released code permutes whole layers.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from lightning_tickets.initialization.state import State, clone


def shuffled(theta: State, prunable: Sequence[str], seed: int) -> State:
    """Each matrix in ``prunable`` permuted by a generator of its own; the rest as it was."""
    generator = torch.Generator().manual_seed(seed)
    result = dict(clone(theta))
    for name in prunable:
        flat = result[name].reshape(-1)
        result[name] = flat[torch.randperm(flat.numel(), generator=generator)].view(result[name].shape)
    return result
