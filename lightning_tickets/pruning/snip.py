"""SNIP: how much the loss feels a weight, before any training (Lee et al. 2019, equation 7)."""

from collections.abc import Callable

from lightning_tickets.components import component
from lightning_tickets.pruning.mask import Mask, Weights
from lightning_tickets.pruning.ranking import keep_largest


@component("snip", version=1)
def snip(weights: Weights, mask: Mask, count: int, gradients: Callable[[Mask, int], Weights], batches: int = 8) -> Mask:
    """Of the weights that ``mask`` keeps, the ``count`` with the largest |w · ∂L/∂w|.

    ``gradients`` gives the mean gradient over so many batches of the subnetwork under a mask.
    """
    gradient = gradients(mask, batches)
    return keep_largest({name: w * gradient[name] for name, w in weights.items()}, mask, count)
