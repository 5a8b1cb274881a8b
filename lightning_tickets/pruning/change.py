"""How far training has moved a weight, as the criterion (large change in Zhou et al. 2019, section 4)."""

from lightning_tickets.components import component
from lightning_tickets.pruning.mask import Mask, Weights
from lightning_tickets.pruning.ranking import keep_largest


@component("change", version=1)
def change(weights: Weights, mask: Mask, count: int, start: Weights) -> Mask:
    """Of the weights that ``mask`` keeps, the ``count`` that are farthest from where they started."""
    return keep_largest({name: w - start[name] for name, w in weights.items()}, mask, count)
