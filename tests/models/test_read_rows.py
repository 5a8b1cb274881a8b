"""Training the embeddings of the words that are read: the same network, in which the others are as before."""

from contextlib import nullcontext
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from transformers import BertConfig

from lightning_tickets.models.encoder import fresh_encoder
from lightning_tickets.models.read_rows import only_read

WORDS = (0, 3, 17, 60, 99)  # 0 is padding
CONFIG = BertConfig(
    vocab_size=100, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
    hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
)  # fmt: skip


def trained(words: tuple[int, ...] | None, steps: int = 4) -> tuple[Any, dict[str, Tensor]]:
    """The encoder after some steps, and its state before the last of them."""
    encoder = fresh_encoder(CONFIG, 1).train()
    with nullcontext() if words is None else only_read(encoder, torch.tensor(words)):
        optimizer = torch.optim.AdamW(encoder.parameters(), lr=1e-2, weight_decay=0.0)
        for step in range(steps):
            before = {name: value.clone() for name, value in encoder.state_dict().items()}
            ids = torch.tensor(WORDS)[torch.randint(1, 5, (3, 6), generator=torch.Generator().manual_seed(step))]
            loss = encoder(input_ids=ids).pooler_output.pow(2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return encoder, before


def test_the_trained_network_is_the_same() -> None:
    (whole, before), (read, read_before) = trained(None), trained(WORDS)
    assert isinstance(read.get_input_embeddings(), nn.Embedding) and whole.state_dict().keys() == read_before.keys()
    torch.testing.assert_close(dict(read.state_dict()), dict(whole.state_dict()), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(read_before, before, rtol=1e-4, atol=1e-5)


def test_words_that_are_not_read_keep_their_bits() -> None:
    start, (read, _) = fresh_encoder(CONFIG, 1), trained(WORDS)
    moved = (read.embeddings.word_embeddings.weight != start.embeddings.word_embeddings.weight).any(1)
    assert moved.nonzero()[:, 0].tolist() == [3, 17, 60, 99]


def test_a_state_that_is_loaded_is_the_whole_networks() -> None:
    encoder, (other, _) = fresh_encoder(CONFIG, 1), trained(None)
    with only_read(encoder, torch.tensor(WORDS)):
        assert encoder.get_input_embeddings().weight.shape == (5, 16)
        encoder.load_state_dict(other.state_dict())
    for name, value in other.state_dict().items():
        rows = torch.tensor(WORDS) if "word_embeddings" in name else slice(None)
        assert torch.equal(encoder.state_dict()[name][rows], value[rows])


@pytest.mark.parametrize("words", [WORDS, WORDS[1:]])
def test_padding_has_no_gradient(words) -> None:
    encoder = fresh_encoder(CONFIG, 1)
    with only_read(encoder, torch.tensor(words)):
        rows = encoder.get_input_embeddings()
        assert rows.padding_idx == (0 if 0 in words else None)
        ids, mask = torch.tensor([[3, 17, 0]]), torch.tensor([[1, 1, 0]])
        encoder(input_ids=ids, attention_mask=mask).last_hidden_state[:, :2].pow(3).sum().backward()
        moved = rows.weight.grad.abs().sum(1) > 0
        assert torch.tensor(words)[moved].tolist() == [3, 17]
