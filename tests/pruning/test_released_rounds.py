"""Nine rounds against PyTorch's global pruning as the released code calls it: a tenth of the original count a round.

It gives each round's amount as a fraction of what is left (1/10, 1/9, …), which PyTorch rounds to a number of weights.
"""

import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from lightning_tickets.pruning.magnitude import magnitude
from lightning_tickets.pruning.mask import full, kept, size
from lightning_tickets.pruning.schedule import kept_count


def rounds(shapes, draw):
    """Both masks after each of nine rounds, between which the weights change as by training."""
    modules = {name: nn.Linear(wide, high, bias=False) for name, (high, wide) in shapes.items()}
    generator = torch.Generator().manual_seed(0)
    parameters = [(module, "weight") for module in modules.values()]
    mask = full({name: module.weight.detach() for name, module in modules.items()})
    for done in range(9):
        weights = {name: draw(m.shape, generator) for name, m in mask.items()}
        for name, module in modules.items():
            getattr(module, "weight_orig" if done else "weight").data.copy_(weights[name])
            if done:
                module.weight = module.weight_orig * module.weight_mask
        prune.global_unstructured(parameters, prune.L1Unstructured, amount=1 / (10 - done))
        mask = magnitude(weights, mask, kept_count(size(weights), 10 * (done + 1)))
        yield mask, {name: module.weight_mask.bool() for name, module in modules.items()}


def normal(shape, generator):
    return torch.randn(shape, generator=generator)


def test_masks_are_the_same_to_the_bit_where_the_count_divides_by_ten():
    for ours, theirs in rounds({"a": (40, 30), "b": (25, 60)}, normal):
        assert all(torch.equal(ours[name], theirs[name]) for name in ours)


@pytest.mark.parametrize("shapes", [{"a": (7, 11), "b": (13, 3)}, {"a": (31, 17)}, {"a": (3, 5), "b": (23, 29)}])
def test_otherwise_they_end_one_weight_apart_at_most(shapes):
    """Ours rounds the count of each round once, theirs what is left of the round before."""
    apart = [kept(ours) - kept(theirs) for ours, theirs in rounds(shapes, normal)]
    assert set(apart) <= {-1, 0, 1} and any(apart)


def test_of_equal_magnitudes_the_first_are_kept_here():
    """PyTorch's topk chooses among equal magnitudes as it likes; the number is the same."""
    weights = {"a": torch.full((4, 5), 0.5), "b": torch.full((2, 10), -0.5)}
    mask = magnitude(weights, full(weights), kept_count(40, 30))
    flat = torch.cat([mask[name].flatten() for name in mask])
    assert flat.tolist() == [True] * 28 + [False] * 12
