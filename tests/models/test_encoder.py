"""θ0 as it is read from disk."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import BertConfig, PreTrainedTokenizerFast

from lightning_tickets.models.encoder import fresh_encoder, load_encoder, load_tokenizer, seeded
from lightning_tickets.pocket import MODEL_DIR
from tests.checks import nothing_drawn, one_line, same

SMALL = BertConfig(hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, vocab_size=50)


@pytest.mark.parametrize("how", [lambda: load_encoder(MODEL_DIR), lambda: fresh_encoder(SMALL, 3)])
def test_the_global_generator_is_as_it_was(how) -> None:
    torch.manual_seed(7)
    with nothing_drawn():
        how()


def test_the_global_generator_is_as_it_was_after_an_error() -> None:
    with nothing_drawn(), pytest.raises(RuntimeError), seeded(3):
        torch.rand(5)
        raise RuntimeError


def test_loading_is_the_files_values_in_float32_and_evaluation_mode(pocket) -> None:
    stored = {n.removeprefix("bert."): v for n, v in load_file(MODEL_DIR / "model.safetensors").items()}
    state = pocket.state_dict()
    assert {n for n in state if not torch.equal(state[n], stored[n])} == set()
    assert {p.dtype for p in pocket.parameters()} == {torch.float32} and not pocket.training


def test_loading_twice_is_equal_even_without_a_pooler_in_the_file(rewritten) -> None:
    folder = rewritten(lambda weights: {n: v for n, v in weights.items() if "pooler" not in n})
    torch.manual_seed(1)
    first = load_encoder(folder).state_dict()
    torch.manual_seed(2)
    assert same(first, load_encoder(folder).state_dict())
    assert first["pooler.dense.weight"].std() > 0


def old_name(name: str) -> str:
    """As BERT's first checkpoints, bert-base-uncased among them, call layer norms."""
    return name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")


def test_the_old_names_of_layer_norms_are_understood(rewritten, pocket) -> None:
    folder = rewritten(lambda weights: {old_name(name): value for name, value in weights.items()})
    assert same(load_encoder(folder).state_dict(), pocket.state_dict())


def test_fresh_weights_follow_their_seed() -> None:
    name = "encoder.layer.0.output.dense.weight"
    one, again, other = (fresh_encoder(SMALL, seed).state_dict()[name] for seed in (1, 1, 2))
    assert torch.equal(one, again) and not torch.equal(one, other)


def test_the_old_format_gives_the_same_weights(as_bin: Path, pocket) -> None:
    assert same(load_encoder(as_bin).state_dict(), pocket.state_dict())


def test_safetensors_are_preferred(folder: Path, pocket) -> None:
    (folder / "pytorch_model.bin").write_bytes(b"nothing that can be read")
    assert same(load_encoder(folder).state_dict(), pocket.state_dict())


def test_half_precision_is_read_as_float32(rewritten) -> None:
    folder = rewritten(lambda weights: {name: value.half() for name, value in weights.items()})
    assert {p.dtype for p in load_encoder(folder).parameters()} == {torch.float32}


@pytest.mark.parametrize("damage", [lambda b: b[:-1000], lambda b: b[:100], lambda b: b"", lambda b: b"\xff" * len(b)])
def test_damaged_weights_are_one_line(load, damage, folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(damage(file.read_bytes()))
    assert f"model.path={folder}" in one_line(load, folder)


def test_damaged_weights_of_the_old_format_are_one_line(load, as_bin: Path) -> None:
    (as_bin / "pytorch_model.bin").write_bytes(b"PK\x03\x04")
    assert f"model.path={as_bin}" in one_line(load, as_bin)


def another_shape(weights):
    return weights | {"bert.encoder.layer.0.output.dense.weight": torch.zeros(3, 3)}


def without_a_layer(weights):
    return {name: value for name, value in weights.items() if "layer.0." not in name}


@pytest.mark.parametrize(("change", "part"), [(another_shape, ""), (without_a_layer, "lack encoder.layer.0.")])
def test_other_weights_are_one_line(change, part: str, rewritten) -> None:
    """Only a pooler may be missing; θ0 with a random layer is no pre-trained network."""
    message = one_line(load_encoder, folder := rewritten(change))
    assert f"model.path={folder}" in message and part in message


@pytest.mark.parametrize(("file", "load"), [("config.json", load_encoder), ("tokenizer.json", load_tokenizer)])
def test_a_damaged_json_is_one_line(file: str, load, folder: Path) -> None:
    (folder / file).write_text("{")
    assert f"model.path={folder}" in one_line(load, folder)


def test_a_tokenizer_that_cannot_pad_is_refused(folder: Path) -> None:
    PreTrainedTokenizerFast(tokenizer_file=str(MODEL_DIR / "tokenizer.json")).save_pretrained(folder)
    message = f"model.path={folder}: the tokenizer has no pad_token; expected one"
    assert one_line(load_tokenizer, folder) == message


def test_a_tokenizer_with_more_words_than_the_network_is_refused(tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(MODEL_DIR, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"vocab_size": 230}))
    assert "231 words in the tokenizer, 230 in the network" in one_line(load_tokenizer, folder)
