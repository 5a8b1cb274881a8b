"""How far a training moves the weights that it trains, and how much of the magnitude ranking it leaves in place."""

import math

from lightning_tickets.pruning.mask import Mask, Weights, kept
from lightning_tickets.pruning.overlap import Overlap, overlaps
from lightning_tickets.pruning.ranking import keep_largest
from lightning_tickets.tickets.result import LARGEST_SHARE, Moved


def moved(start: Weights, end: Weights, mask: Mask) -> Moved:
    """Of a training from ``start`` to ``end`` under a mask that keeps at least one weight that is not zero."""
    square = before = 0.0
    for name, m in mask.items():
        one, other = start[name][m].double(), end[name][m].double()
        square += float((other - one).square().sum())
        before += float(one.square().sum())
    count = max(1, round(LARGEST_SHARE * kept(mask)))
    first, last = (keep_largest({name: weights[name] for name in mask}, mask, count) for weights in (start, end))
    return Moved(math.sqrt(square / before), sum(overlaps(first, last).values(), Overlap()).kept)
