"""The exact global ranking, against sorting everything."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lightning_tickets.pruning.mask import full, kept
from lightning_tickets.pruning.ranking import CHUNK, keep_largest
from tests.checks import largest_by_sorting, same


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_equals_sorting_everything(data):
    generator = torch.Generator().manual_seed(data.draw(st.integers(0, 10**6)))
    shapes = data.draw(st.lists(st.tuples(st.integers(1, 7), st.integers(1, 7)), min_size=1, max_size=4))
    levels = data.draw(st.sampled_from([2, 5, 1000]))
    scale = data.draw(st.sampled_from([1e-40, 1e-3, 1.0, 1e30]))
    scores = {
        f"w{i}": torch.randint(-levels, levels + 1, shape, generator=generator).float() * scale
        for i, shape in enumerate(shapes)
    }
    among = {name: torch.rand(s.shape, generator=generator) < 0.8 for name, s in scores.items()}
    count = data.draw(st.integers(0, kept(among)))
    mask = keep_largest(scores, among, count)
    assert kept(mask) == count
    assert same(mask, largest_by_sorting(scores, among, count))


def test_ties_are_broken_by_index_across_chunks_and_matrices():
    scores = {"a": torch.tensor([1.0, -1.0, 1.0]), "b": torch.tensor([-1.0, 2.0])}
    mask = keep_largest(scores, full(scores), 3)
    assert mask["a"].tolist() == [True, True, False] and mask["b"].tolist() == [False, True]
    scores = {"a": torch.ones(CHUNK + 3), "b": torch.ones(5)}
    mask = keep_largest(scores, full(scores), CHUNK + 4)
    assert bool(mask["a"].all()) and mask["b"].tolist() == [True, False, False, False, False]


def test_pruned_entries_are_out_of_the_ranking_not_ranked_as_zeros():
    scores = {"a": torch.tensor([9.0, 0.0, 0.0, 5.0])}
    among = {"a": torch.tensor([False, True, True, True])}
    assert keep_largest(scores, among, 3)["a"].tolist() == [False, True, True, True]


def test_bfloat16_is_ranked_as_float32():
    scores = {"a": torch.tensor([1.0, 1.0078125, -3.0, 0.5], dtype=torch.bfloat16)}
    assert keep_largest(scores, full(scores), 2)["a"].tolist() == [False, True, True, False]


@pytest.mark.parametrize("count", [-1, 5])
def test_more_or_fewer_than_there_are_is_refused(count):
    scores = {"a": torch.ones(4)}
    with pytest.raises(ValueError, match=f"cannot keep {count} of 4"):
        keep_largest(scores, full(scores), count)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("nan")])
def test_what_is_not_finite_is_named_unless_it_is_pruned(bad):
    scores = {"a": torch.tensor([1.0, bad])}
    with pytest.raises(ValueError, match="diverged"):
        keep_largest(scores, full(scores), 1)
    assert keep_largest(scores, {"a": torch.tensor([True, False])}, 1)["a"].tolist() == [True, False]
