"""2:4 semi-structured masks: of four neighbours in a row at most two stay (Mishra et al. 2021), which GPUs can use."""

import torch
from torch import Tensor
from torch.nn.functional import pad

from lightning_tickets.components import component
from lightning_tickets.pruning.mask import Mask, Weights, kept
from lightning_tickets.pruning.ranking import keep_largest

GROUP, STAY = 4, 2


@component("two_four", version=1)
def two_four(weights: Weights, mask: Mask, count: int) -> Mask:
    """The largest magnitudes, but the two largest of each four along a row outlast all others.

    So the pattern is whole once half of the weights are gone, and before that holds wherever a group has lost two.
    """
    strong = {name: _strong(weights[name], m) for name, m in mask.items()}
    weak = {name: m & ~strong[name] for name, m in mask.items()}
    spare = count - kept(strong)
    if spare <= 0:
        return keep_largest(weights, strong, count)
    chosen = keep_largest(weights, weak, spare)
    return {name: strong[name] | chosen[name] for name in mask}


def first_other(mask: Mask) -> str | None:
    """The name of the first matrix that keeps more than two of some four neighbours; None for a whole 2:4 mask."""
    return next((name for name, m in mask.items() if bool((_groups(m, False).sum(-1) > STAY).any())), None)


def _groups(values: Tensor, fill: float | bool) -> Tensor:
    """Rows in groups of four, the last one of a row filled up: (rows, groups, 4)."""
    return pad(values, (0, -values.shape[1] % GROUP), value=fill).view(values.shape[0], -1, GROUP)


def _strong(weight: Tensor, mask: Tensor) -> Tensor:
    """The (at most) two largest that the mask keeps of each group, ties by place; a row's last group may be short."""
    rows, width = weight.shape
    sizes = torch.where(mask, weight.detach().float().cpu().abs(), -1.0)
    place = _groups(sizes, -1.0).argsort(dim=-1, descending=True, stable=True).argsort(dim=-1)
    return (place < STAY).view(rows, -1)[:, :width] & mask
