"""The exact global ranking, against sorting everything."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lightning_tickets.pruning.mask import full, kept
from lightning_tickets.pruning.ranking import CHUNK, keep_largest
from tests.checks import largest_by_sorting, same


@st.composite
def with_ties(draw: st.DrawFn) -> dict[str, torch.Tensor]:
    """Matrices of a few levels each."""
    generator = torch.Generator().manual_seed(draw(st.integers(0, 10**6)))
    shapes = draw(st.lists(st.tuples(st.integers(1, 7), st.integers(1, 7)), min_size=1, max_size=4))
    levels, scale = draw(st.sampled_from([2, 5, 1000])), draw(st.sampled_from([1e-40, 1e-3, 1.0, 1e30]))
    drawn = [torch.randint(-levels, levels + 1, shape, generator=generator).float() * scale for shape in shapes]
    return {f"w{i}": matrix for i, matrix in enumerate(drawn)}


floats = st.floats(-(2.0**90), 2.0**90, width=32, allow_subnormal=False) | st.just(-0.0)
any_floats = st.lists(floats, min_size=1, max_size=40).map(torch.tensor).map(lambda x: dict(enumerate(x.chunk(2))))


@pytest.mark.parametrize("signed", [False, True])
@given(st.data())
@settings(max_examples=200, deadline=None)
def test_equals_sorting_everything(signed, data):
    scores = data.draw(with_ties() | any_floats)
    generator = torch.Generator().manual_seed(data.draw(st.integers(0, 10**6)))
    among = {name: torch.rand(s.shape, generator=generator) < 0.8 for name, s in scores.items()}
    count = data.draw(st.integers(0, kept(among)))
    mask = keep_largest(scores, among, count, signed)
    assert kept(mask) == count
    assert same(mask, largest_by_sorting(scores, among, count, signed))


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


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("bad", [torch.nan, -torch.nan, torch.inf, -torch.inf])
def test_what_is_not_finite_is_named_unless_it_is_pruned(bad, signed):
    scores = {"a": torch.tensor([1.0, bad, -2.0])}
    with pytest.raises(ValueError, match="a weight is not finite: the training has diverged"):
        keep_largest(scores, full(scores), 2, signed)
    mask = keep_largest(scores, {"a": torch.tensor([True, False, True])}, 1, signed)
    assert mask["a"].tolist() == [signed, False, not signed]
