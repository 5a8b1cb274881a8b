"""A packed batch is the padded one without its padding: the same numbers, for every architecture and every task."""

import json
import shutil
from copy import deepcopy
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from transformers import CONFIG_MAPPING, PretrainedConfig

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.single import run_of
from lightning_tickets.errors import UserError
from lightning_tickets.models.encoder import fresh_encoder, prunable
from lightning_tickets.models.files import PACKABLE
from lightning_tickets.models.packing import PACKED, RealTokens, encode, pack

LENGTHS = (5, 12, 1, 9, 5)
SIZES = {"vocab_size": 231, "max_position_embeddings": 50, "num_hidden_layers": 2, "num_attention_heads": 2}
WIDTHS = {"hidden_size": 16, "intermediate_size": 32}
FURTHER = {
    "distilbert": {"dim": 16, "hidden_dim": 32},
    "electra": dict(embedding_size=8, **WIDTHS),
    "xmod": dict(languages=("en_XX",), default_language="en_XX", **WIDTHS),
}


@pytest.fixture(params=PACKABLE)
def config(request) -> PretrainedConfig:
    return CONFIG_MAPPING[request.param](**SIZES, **FURTHER.get(request.param, WIDTHS))


@pytest.fixture
def batch(config) -> dict[str, Tensor]:
    """Random tokens, padded by ordinary ones, so that reading them would show."""
    mask = (torch.arange(max(LENGTHS)) < torch.tensor(LENGTHS)[:, None]).long()
    ids = torch.randint(5, 200, mask.shape, generator=torch.Generator().manual_seed(1))
    types = {"token_type_ids": (ids % 2) * mask} if getattr(config, "type_vocab_size", 0) > 1 else {}
    return {"input_ids": torch.where(mask.bool(), ids, ids.flip(0)), "attention_mask": mask, **types}


@pytest.fixture
def both(config) -> tuple[Any, Any]:
    """The same encoder, padded and packed; weights large enough for attention to look somewhere."""
    padded, packed = fresh_encoder(config, 3), fresh_encoder(deepcopy(config), 3)  # an encoder keeps its config
    for encoder in (padded, packed):
        for weight in prunable(encoder).values():
            weight.data.mul_(20)
    pack(packed)
    assert padded.config._attn_implementation != packed.config._attn_implementation == PACKED
    return padded, packed


def test_the_hidden_states_are_those_of_the_padded_batch(both, batch) -> None:
    padded, packed = (encode(encoder, batch) for encoder in both)
    real = batch["attention_mask"].bool()
    torch.testing.assert_close(packed.last_hidden_state[real], padded.last_hidden_state[real], rtol=1e-4, atol=1e-5)
    assert not packed.last_hidden_state[~real].any()
    pooled = getattr(padded, "pooler_output", None)
    assert (pooled is None) == (packed.pooler_output is None)
    if pooled is not None:
        torch.testing.assert_close(packed.pooler_output, pooled, rtol=1e-4, atol=1e-5)


def test_so_are_the_gradients(both, batch) -> None:
    real = batch["attention_mask"].bool()
    for encoder in both:
        encode(encoder, batch).last_hidden_state[real].pow(3).mean().backward()
    padded, packed = ({n: p.grad for n, p in e.named_parameters() if p.grad is not None} for e in both)
    assert any(gradient.abs().max() > 1e-3 for gradient in padded.values())
    torch.testing.assert_close(packed, padded, rtol=1e-3, atol=1e-5)


def test_linear_maps_read_no_padding(both, batch) -> None:
    read: list[int] = []
    for module in both[1].modules():
        if isinstance(module, nn.Linear):
            module.register_forward_pre_hook(lambda _, given: read.append(given[0].shape[:-1].numel()))
    encode(both[1], batch)
    assert read and set(read) <= {sum(LENGTHS), len(LENGTHS), 1}, "all tokens, or what a pooler reads of them"


def test_a_text_without_padding_is_as_it_was_and_does_not_see_its_neighbours(both, batch) -> None:
    """The longest row alone, padded and packed, and the same row in the batch."""
    alone = {name: value[1:2] for name, value in batch.items()}
    assert alone["attention_mask"].all()
    padded, packed = (encode(encoder, alone).last_hidden_state for encoder in both)
    torch.testing.assert_close(packed, padded, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(encode(both[1], batch).last_hidden_state[1:2], packed, rtol=1e-4, atol=1e-5)


def test_packing_and_padding_undo_each_other() -> None:
    mask = torch.tensor([[True, True, False], [True, False, False]])
    places = RealTokens(mask, torch.tensor([0, 1, 3]))
    values = torch.arange(12.0).reshape(2, 3, 2)
    packed = places.packed(values)
    assert packed.tolist() == [[[6, 7], [0, 1], [2, 3]]], "the shortest text comes first"
    assert torch.equal(places.padded(packed), values * mask[..., None])


def test_a_type_of_network_that_cannot_be_packed_is_refused_when_composed(tiny_bert, tmp_path) -> None:
    folder = tmp_path / "mpnet"
    shutil.copytree(tiny_bert, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "mpnet"}))
    overrides = ["task=cola", "model=local", f"model.path={folder}", "training.max_length=40", "training.packed=true"]
    with pytest.raises(UserError, match="^training.packed=true: not for a network of type mpnet; expected one of bert"):
        run_of(compose_config(overrides))
    run_of(compose_config(overrides[:-1]))
