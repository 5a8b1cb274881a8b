"""A packed batch is the padded one without its padding: the same numbers, for every architecture and every task."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from transformers import AlbertConfig

from lightning_tickets.errors import UserError
from lightning_tickets.models.encoder import fresh_encoder, prunable
from lightning_tickets.models.packing import RealTokens, encode, pack

LENGTHS = (5, 12, 1, 9)


@pytest.fixture
def batch(config) -> dict[str, Tensor]:
    """Random tokens, padded by ordinary ones, so that reading them would show."""
    mask = (torch.arange(max(LENGTHS)) < torch.tensor(LENGTHS)[:, None]).long()
    ids = torch.randint(5, 200, mask.shape, generator=torch.Generator().manual_seed(1))
    types = {} if config.model_type in ("distilbert", "roberta") else {"token_type_ids": (ids % 2) * mask}
    return {"input_ids": torch.where(mask.bool(), ids, ids.flip(0)), "attention_mask": mask, **types}


@pytest.fixture
def both(config) -> tuple[Any, Any]:
    """The same encoder, padded and packed; weights large enough for attention to look somewhere."""
    found = [fresh_encoder(config, 3) for _ in range(2)]
    with torch.no_grad():
        for encoder in found:
            for weight in prunable(encoder).values():
                weight.mul_(20)
    pack(found[1])
    return found[0], found[1]


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
    expected = {name: p.grad for name, p in both[0].named_parameters() if p.grad is not None}
    found = {name: p.grad for name, p in both[1].named_parameters() if p.grad is not None}
    assert found.keys() == expected.keys() and any(g.abs().max() > 1e-3 for g in expected.values())
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-3, atol=1e-5, msg=name)


def test_a_batch_without_padding_is_as_it_was(both, batch) -> None:
    full = {name: value[1:2] for name, value in batch.items()}
    padded, packed = (encode(encoder, full).last_hidden_state for encoder in both)
    assert full["attention_mask"].all()
    torch.testing.assert_close(packed, padded, rtol=1e-4, atol=1e-5)


def test_linear_maps_read_no_padding(both, batch) -> None:
    read: list[int] = []
    for module in both[1].modules():
        if isinstance(module, nn.Linear):
            module.register_forward_pre_hook(lambda _, given: read.append(given[0].shape[:-1].numel()))
    encode(both[1], batch)
    assert read and set(read) <= {sum(LENGTHS), len(LENGTHS), 1}, "all tokens, or what a pooler reads of them"


def test_a_text_does_not_see_its_neighbours(both, batch) -> None:
    """The longest row alone, and the same row beside the others."""
    alone = {name: value[1:2] for name, value in batch.items()}
    whole, row = (encode(both[1], given).last_hidden_state for given in (batch, alone))
    torch.testing.assert_close(whole[1:2], row, rtol=1e-4, atol=1e-5)


def test_packing_and_padding_undo_each_other() -> None:
    mask = torch.tensor([[True, True, False], [True, False, False]])
    places = RealTokens(mask, torch.tensor([0, 1, 3]))
    values = torch.arange(12.0).reshape(2, 3, 2)
    packed = places.packed(values)
    assert packed.tolist() == [[[0, 1], [2, 3], [6, 7]]]
    assert torch.equal(places.padded(packed), values * mask[..., None])


def test_an_architecture_that_is_not_known_is_refused() -> None:
    albert = fresh_encoder(AlbertConfig(hidden_size=16, num_attention_heads=2, intermediate_size=32), 0)
    with pytest.raises(UserError, match="training.packed=true: not for a network of type albert, allowed are bert"):
        pack(albert)
