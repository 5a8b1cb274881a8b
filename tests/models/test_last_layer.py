"""The last layer for first tokens alone: what a classifier reads is the same, for every architecture that has it."""

from copy import deepcopy
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from transformers import CONFIG_MAPPING

from lightning_tickets.models.encoder import fresh_encoder, prunable
from lightning_tickets.models.files import FIRST_TOKEN_ONLY
from lightning_tickets.models.last_layer import first_token_only
from lightning_tickets.models.packing import PACKED, encode, pack

SIZES = {"vocab_size": 231, "max_position_embeddings": 50, "num_hidden_layers": 2, "num_attention_heads": 2}
WIDTHS = {"hidden_size": 16, "intermediate_size": 32}
FURTHER = {"electra": {"embedding_size": 8, **WIDTHS}, "distilbert": {"dim": 16, "hidden_dim": 32}}
LENGTHS = {"of various lengths": (5, 12, 1, 9, 5), "without padding": (7, 7, 7)}


@pytest.fixture(params=FIRST_TOKEN_ONLY)
def encoders(request) -> list[Any]:
    """The same encoder three times: whole, for first tokens, and for first tokens of packed batches."""
    config = CONFIG_MAPPING[request.param](**SIZES, **FURTHER.get(request.param, WIDTHS))
    made = [fresh_encoder(deepcopy(config), 3) for _ in range(3)]
    for encoder in made:
        for weight in prunable(encoder).values():
            weight.data.mul_(20)
    for encoder in made[1:]:
        first_token_only(encoder)
    pack(made[2])
    return made


@pytest.fixture(params=LENGTHS)
def batch(request) -> dict[str, Tensor]:
    lengths = torch.tensor(LENGTHS[request.param])
    mask = (torch.arange(int(lengths.max())) < lengths[:, None]).long()
    return {
        "input_ids": torch.randint(5, 200, mask.shape, generator=torch.Generator().manual_seed(1)),
        "attention_mask": mask,
    }


def test_first_tokens_and_their_gradients_are_those_of_the_whole_layer(encoders, batch) -> None:
    firsts, gradients = [], []
    for encoder in encoders:
        first = encode(encoder, batch).last_hidden_state[:, 0]
        first.pow(3).mean().backward()
        firsts.append(first.detach())
        gradients.append({name: p.grad for name, p in encoder.named_parameters() if p.grad is not None})
    assert any(gradient.abs().max() > 1e-3 for gradient in gradients[0].values())
    for first, gradient in zip(firsts[1:], gradients[1:], strict=True):
        torch.testing.assert_close(first, firsts[0], rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(gradient, gradients[0], rtol=1e-3, atol=1e-5)


def test_the_feed_forward_maps_of_the_last_layer_read_one_token_of_each_text(encoders, batch) -> None:
    texts = len(batch["input_ids"])
    for encoder in encoders[1:]:
        assert sorted(read(encoder, batch)) == [texts] * 4 + [tokens(encoder, batch)] * 2, "key and value read all"


def read(encoder: Any, batch: dict[str, Tensor]) -> list[int]:
    """How many tokens each linear map of the last layer reads."""
    counts: list[int] = []
    layers = encoder.transformer.layer if encoder.config.model_type == "distilbert" else encoder.encoder.layer
    for linear in (one for one in layers[-1].modules() if isinstance(one, nn.Linear)):
        linear.register_forward_pre_hook(lambda _, given: counts.append(given[0].shape[:-1].numel()))
    encode(encoder, batch)
    return counts


def tokens(encoder: Any, batch: dict[str, Tensor]) -> int:
    mask = batch["attention_mask"]
    return int(mask.sum()) if encoder.config._attn_implementation == PACKED else mask.numel()


def test_a_copy_of_an_encoder_reads_its_own_weights(encoders, batch) -> None:
    for encoder in encoders[1:]:
        before, copied = encode(encoder, batch).last_hidden_state, deepcopy(encoder)
        for weight in prunable(copied).values():
            weight.data.zero_()
        assert not torch.equal(encode(copied, batch).last_hidden_state, before)
        assert torch.equal(encode(encoder, batch).last_hidden_state, before)


def test_other_networks_keep_their_whole_last_layer() -> None:
    encoder = fresh_encoder(CONFIG_MAPPING["roberta-prelayernorm"](**SIZES, **WIDTHS), 3)
    first_token_only(encoder)
    ids = torch.randint(5, 200, (2, 6))
    assert encode(encoder, {"input_ids": ids}).last_hidden_state.shape == (2, 6, 16)
