"""Layer ratios that are set beforehand: whole numbers that add up, and the ratios that their names promise."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lightning_tickets.pruning.change import change
from lightning_tickets.pruning.layerwise import apportioned, erk, uniform
from lightning_tickets.pruning.mask import full, kept, size
from lightning_tickets.pruning.random_network import random_network
from lightning_tickets.pruning.ranking import keep_largest
from tests.checks import same

SHAPES = {"square": (64, 64), "wide": (64, 256), "tall": (256, 64), "small": (8, 8)}


def weights(seed: int = 0, scale: float = 1.0):
    generator = torch.Generator().manual_seed(seed)
    return {n: torch.randn(shape, generator=generator) * scale**i for i, (n, shape) in enumerate(SHAPES.items())}


def density(mask):
    return {name: m.float().mean().item() for name, m in mask.items()}


@pytest.mark.parametrize("fraction", [0.9, 0.5, 0.1])
def test_uniform_keeps_the_same_fraction_of_each_however_large_their_weights_are(fraction):
    w = weights(scale=10.0)
    mask = uniform(w, full(w), round(fraction * size(w)))
    assert all(abs(d - fraction) <= 1 / w[name].numel() for name, d in density(mask).items())


@pytest.mark.parametrize("fraction", [0.2, 0.05])
def test_erk_densities_are_in_proportion_to_the_sum_over_the_product_of_the_sides(fraction):
    w = weights()
    mask = erk(w, full(w), round(fraction * size(w)))
    ratio = {n: density(mask)[n] * w[n].numel() / sum(w[n].shape) for n in w if density(mask)[n] < 1}
    assert len(ratio) >= 3 and max(ratio.values()) / min(ratio.values()) < 1.1


def test_erk_fills_small_matrices_and_within_a_matrix_the_largest_stay():
    w = weights()
    mask = erk(w, full(w), 30_000)
    assert kept(mask) == 30_000 and density(mask)["small"] == 1.0
    for made in (uniform, erk):
        for name, m in made(w, full(w), 5_000).items():
            assert w[name][m].abs().min() >= w[name][~m].abs().max() if (~m).any() else True


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(
    st.lists(st.tuples(st.floats(0.01, 1e6, allow_subnormal=False), st.integers(0, 500)), min_size=1, max_size=8),
    st.floats(0.0, 1.0, allow_subnormal=False),
)
def test_apportioned_counts_are_whole_fit_and_add_up(matrices, part):
    shares = {str(i): share for i, (share, _) in enumerate(matrices)}
    room = {str(i): r for i, (_, r) in enumerate(matrices)}
    count = int(part * sum(room.values()))
    counts = apportioned(count, shares, room)
    assert sum(counts.values()) == count and all(0 <= counts[name] <= room[name] for name in room)


def test_more_than_there_is_cannot_be_apportioned():
    with pytest.raises(ValueError, match="cannot keep 4 of 3"):
        apportioned(4, {"a": 1.0}, {"a": 3})


def test_change_keeps_what_has_moved_most():
    start, w = weights(1), weights(1)
    w["wide"] = w["wide"] + 5.0
    mask = change(w, full(w), w["wide"].numel(), start)
    assert density(mask) == {"square": 0.0, "wide": 1.0, "tall": 0.0, "small": 0.0}


def test_a_random_networks_mask_has_its_layer_ratios_and_not_those_of_the_weights():
    def fresh(seed: int):
        return weights(seed) | {"tall": weights(seed)["tall"] * 100}

    w = weights()
    mask = random_network(w, full(w), 16_384, 7, fresh)
    assert density(mask)["tall"] > 0.9
    assert same(mask, keep_largest(fresh(7), full(w), 16_384))
    assert not same(mask, random_network(w, full(w), 16_384, 8, fresh))
