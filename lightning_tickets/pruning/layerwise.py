"""Magnitude pruning within each matrix, at layer ratios that do not follow from one ranking."""

from collections.abc import Mapping

from lightning_tickets.components import component
from lightning_tickets.pruning.mask import Mask, Weights
from lightning_tickets.pruning.ranking import keep_largest


@component("layerwise", version=1)
def uniform(weights: Weights, mask: Mask, count: int) -> Mask:
    """Every matrix keeps the same fraction of its weights."""
    return _largest(weights, mask, count, {name: float(w.numel()) for name, w in weights.items()})


@component("erk", version=1)
def erk(weights: Weights, mask: Mask, count: int) -> Mask:
    """Erdős–Rényi kernel ratios: a matrix keeps weights in proportion to (n_in + n_out) (Evci et al. 2020, 3)."""
    return _largest(weights, mask, count, {name: float(sum(w.shape)) for name, w in weights.items()})


def _largest(weights: Weights, mask: Mask, count: int, shares: Mapping[str, float]) -> Mask:
    """Of what ``mask`` keeps of each matrix, the largest magnitudes, ``count`` in all."""
    counts = apportioned(count, shares, {name: int(m.sum()) for name, m in mask.items()})
    return {name: keep_largest({name: weights[name]}, {name: mask[name]}, n)[name] for name, n in counts.items()}


def apportioned(count: int, shares: Mapping[str, float], room: Mapping[str, int]) -> dict[str, int]:
    """Whole numbers in proportion to ``shares``, none above its ``room``, that add up to ``count``.

    What is beyond a matrix's room goes to the others; of what rounding leaves, the largest fractions get one each.
    """
    if not 0 <= count <= sum(room.values()):
        raise ValueError(f"cannot keep {count} of {sum(room.values())} weights")
    fixed: dict[str, int] = {}
    while True:
        free = [name for name in shares if name not in fixed]
        left, whole = count - sum(fixed.values()), sum(shares[name] for name in free)
        exact = {name: left * shares[name] / whole for name in free}
        beyond = [name for name in free if exact[name] >= room[name]]
        if not beyond:
            break
        fixed |= {name: room[name] for name in beyond}
    floors = {name: int(value) for name, value in exact.items()}
    spare = left - sum(floors.values())
    for name in sorted(free, key=lambda name: floors[name] - exact[name])[:spare]:
        floors[name] += 1
    return {name: (fixed | floors)[name] for name in shares}
