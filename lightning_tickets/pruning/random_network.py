"""The released code's random mask: that of magnitude pruning a random network (docs/explanation/method.md, row 9)."""

from collections.abc import Callable

from lightning_tickets.components import component
from lightning_tickets.pruning.mask import Mask, Weights
from lightning_tickets.pruning.ranking import keep_largest


@component("random_network", version=1)
def random_network(weights: Weights, mask: Mask, count: int, seed: int, fresh: Callable[[int], Weights]) -> Mask:
    """Of the weights that ``mask`` keeps, the ``count`` largest of a network that ``fresh`` draws by the seed."""
    drawn = fresh(seed)
    return keep_largest({name: drawn[name] for name in weights}, mask, count)
