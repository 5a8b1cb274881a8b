"""Kept counts of the rounds."""

import pytest
import torch
from transformers import BertConfig

from lightning_tickets.errors import UserError
from lightning_tickets.models.encoder import fresh_encoder, prunable
from lightning_tickets.pruning.magnitude import magnitude
from lightning_tickets.pruning.mask import full, kept, size
from lightning_tickets.pruning.schedule import Linear, kept_count, rounds_to

BERT_BASE = 85_524_480


def test_ten_rounds_at_bert_base_shapes_prune_exactly_and_nest():
    """10 % of the original count in each round: 8,552,448 weights, ten rounds to nothing."""
    counts = [kept_count(BERT_BASE, percent) for percent in range(0, 101, 10)]
    assert counts == [BERT_BASE - 8_552_448 * n for n in range(11)]
    generator = torch.Generator().manual_seed(0)
    with torch.device("meta"):
        matrices = prunable(fresh_encoder(BertConfig(), 0))
    weights = {name: torch.randn(w.shape, generator=generator) for name, w in matrices.items()}
    assert size(weights) == BERT_BASE
    mask = full(weights)
    for count in counts[1:]:
        before, mask = mask, magnitude(weights, mask, count)
        assert kept(mask) == count
        assert all(bool((before[name] | ~m).all()) for name, m in mask.items())


@pytest.mark.parametrize("total", [1, 7, 99, 4096, 159_744])
def test_counts_fall_and_start_whole(total):
    counts = [kept_count(total, percent) for percent in range(101)]
    assert counts[0] == total and counts[-1] == 0
    assert counts == sorted(counts, reverse=True)
    assert all(abs(total * (100 - p) / 100 - c) <= 0.5 for p, c in enumerate(counts))


def test_rounds_to():
    assert rounds_to(Linear(), 70) == 7
    assert Linear(20).percents() == [20, 40, 60, 80]
    assert rounds_to(Linear(30), 90) == 3


@pytest.mark.parametrize("percent", [0, 5, 75, 100, -10])
def test_off_the_schedule_names_what_is_allowed(percent):
    with pytest.raises(UserError, match="choose from 10, 20, 30, 40, 50, 60, 70, 80, 90"):
        rounds_to(Linear(), percent)
