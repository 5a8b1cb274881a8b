"""Global magnitude pruning (Chen et al. 2020, algorithm 1): one ranking over all prunable matrices."""

from lightning_tickets.components import component
from lightning_tickets.pruning.mask import Mask, Weights
from lightning_tickets.pruning.ranking import keep_largest


@component("magnitude", version=1)
def magnitude(weights: Weights, mask: Mask, count: int) -> Mask:
    """Of the weights that ``mask`` keeps, keep the ``count`` of largest magnitude."""
    return keep_largest(weights, mask, count)
