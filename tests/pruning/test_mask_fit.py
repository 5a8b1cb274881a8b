"""A mask on models that differ from its own by the pooler."""

import pytest
import torch

from lightning_tickets.pruning.mask import apply_, fitted, full, kept
from tests.checks import same

LAYERS = {"encoder.layer.0.output.dense.weight": torch.ones(2, 3), "encoder.layer.1.output.dense.weight": torch.ones(4)}
POOLER = {"pooler.dense.weight": torch.ones(2, 2)}


def pruned(weights):
    """A mask that keeps the first row of everything."""
    mask = full(weights)
    for m in mask.values():
        m[1:] = False
    return mask


@pytest.mark.parametrize("weights", [LAYERS, LAYERS | POOLER], ids=["without", "with a pooler"])
def test_on_its_own_model_it_is_itself_in_the_models_order(weights):
    assert same(fitted(pruned(weights), weights), pruned(weights))
    assert list(fitted(pruned(LAYERS), POOLER | LAYERS)) == list(POOLER | LAYERS)


def test_a_pooler_that_the_model_has_not_is_dropped_and_the_mask_given_is_left_as_it_was():
    mask = pruned(LAYERS | POOLER)
    assert same(fitted(mask, LAYERS), pruned(LAYERS))
    assert same(mask, pruned(LAYERS | POOLER))
    bare = {"pooler.weight": torch.ones(2, 2)}
    assert same(fitted(pruned(LAYERS | bare), LAYERS), pruned(LAYERS)), "a bare linear map is a pooler too"


def test_a_pooler_that_the_mask_has_not_is_kept_whole():
    mask = fitted(pruned(LAYERS), LAYERS | POOLER)
    assert same(mask, pruned(LAYERS) | full(POOLER)) and kept(mask) == kept(pruned(LAYERS)) + 4


def test_it_applies_to_the_model():
    weights = {name: w.clone() for name, w in (LAYERS | POOLER).items()}
    apply_(weights, fitted(pruned(LAYERS), weights))
    assert weights["pooler.dense.weight"].all() and not weights["encoder.layer.0.output.dense.weight"][1:].any()


@pytest.mark.parametrize(
    ("weights", "named"),
    [
        (LAYERS | {"encoder.layer.2.output.dense.weight": torch.ones(5)}, "layer.2.output.dense.weight is None in"),
        ({"encoder.layer.0.output.dense.weight": torch.ones(2, 3)}, "layer.1.output.dense.weight is (4,) in the mask"),
        (LAYERS | {"encoder.layer.1.output.dense.weight": torch.ones(6)}, "(4,) in the mask, (6,) in the model"),
        (LAYERS | {"pooler.dense.weight": torch.ones(3, 3)}, "pooler.dense.weight is (2, 2) in the mask, (3, 3) in"),
        (LAYERS | {"poolers.weight": torch.ones(2)}, "poolers.weight"),
    ],
)
def test_any_other_difference_is_named(weights, named):
    with pytest.raises(ValueError, match="does not fit") as raised:
        fitted(pruned(LAYERS | POOLER), weights)
    assert named in str(raised.value)
