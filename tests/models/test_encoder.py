"""Which matrices are pruned, by architecture, and θ0 as it is read from disk."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from transformers import BertConfig, DistilBertConfig, ElectraConfig, RobertaConfig

from lightning_tickets.errors import UserError
from lightning_tickets.models.encoder import (
    fresh_encoder,
    language_head_weights,
    load_encoder,
    load_tokenizer,
    prunable,
    seeded,
)
from lightning_tickets.pocket import MODEL_DIR

SIZES = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "vocab_size": 50}
SMALL = {
    "bert": BertConfig(**SIZES),
    "roberta": RobertaConfig(**SIZES),
    "electra": ElectraConfig(**SIZES, embedding_size=8),
    "distilbert": DistilBertConfig(vocab_size=50, dim=16, hidden_dim=32, n_layers=2, n_heads=2),
}
COUNTED = 2 * (4 * 16 * 16 + 2 * 16 * 32)
POOLER = {"bert": 256, "roberta": 256, "electra": 0, "distilbert": 0}


@pytest.fixture(scope="module")
def base() -> Any:
    """BERT-base without its values: shapes only."""
    with torch.device("meta"):
        return fresh_encoder(BertConfig(), 0)


@pytest.fixture(scope="module", params=SMALL)
def small(request) -> tuple[str, Any]:
    return request.param, fresh_encoder(SMALL[request.param], 0)


def test_bert_base_has_85_524_480_prunable_weights(base) -> None:
    assert sum(p.numel() for p in prunable(base).values()) == 85_524_480


def test_bert_base_has_84_934_656_without_the_pooler(base) -> None:
    assert sum(p.numel() for name, p in prunable(base).items() if "pooler" not in name) == 84_934_656


def test_bert_bases_73_matrices_by_name(base) -> None:
    inside = ("attention.self.query", "attention.self.key", "attention.self.value")
    inside += ("attention.output.dense", "intermediate.dense", "output.dense")
    wanted = {f"encoder.layer.{layer}.{part}.weight" for layer in range(12) for part in inside}
    assert set(prunable(base)) == wanted | {"pooler.dense.weight"} and len(prunable(base)) == 73


def test_every_architecture_has_its_linear_maps_only(small) -> None:
    name, encoder = small
    assert sum(p.numel() for p in prunable(encoder).values()) == COUNTED + POOLER[name]


def test_embeddings_biases_and_norms_are_never_prunable(small) -> None:
    _, encoder = small
    for name, parameter in prunable(encoder).items():
        assert parameter.ndim == 2 and name.endswith(".weight")
        assert "embedding" not in name and "norm" not in name.lower()


def test_prunable_are_the_encoders_own_parameters(small) -> None:
    _, encoder = small
    own = dict(encoder.named_parameters())
    assert all(own[name] is parameter for name, parameter in prunable(encoder).items())


def test_electra_has_an_embeddings_projection_to_leave_out() -> None:
    assert isinstance(fresh_encoder(SMALL["electra"], 0).embeddings_project, nn.Linear)


@pytest.mark.parametrize("how", [lambda: load_encoder(MODEL_DIR), lambda: fresh_encoder(SMALL["bert"], 3)])
def test_the_global_generator_is_as_it_was(how) -> None:
    torch.manual_seed(7)
    before = torch.random.get_rng_state()
    how()
    assert torch.equal(before, torch.random.get_rng_state())


def test_the_global_generator_is_as_it_was_after_an_error() -> None:
    before = torch.random.get_rng_state()
    with pytest.raises(RuntimeError), seeded(3):
        torch.rand(5)
        raise RuntimeError
    assert torch.equal(before, torch.random.get_rng_state())


def test_loading_is_the_files_values(pocket) -> None:
    stored = {n.removeprefix("bert."): v for n, v in load_file(MODEL_DIR / "model.safetensors").items()}
    state = pocket.state_dict()
    assert {n for n in state if not torch.equal(state[n], stored[n])} == set()


def test_loading_gives_float32_in_evaluation_mode(pocket) -> None:
    assert {p.dtype for p in pocket.parameters()} == {torch.float32} and not pocket.training


def test_loading_twice_is_equal_even_without_a_pooler_in_the_file(rewritten) -> None:
    folder = rewritten(lambda weights: {n: v for n, v in weights.items() if "pooler" not in n})
    torch.manual_seed(1)
    first = load_encoder(folder).state_dict()
    torch.manual_seed(2)
    second = load_encoder(folder).state_dict()
    assert first["pooler.dense.weight"].std() > 0
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_the_old_names_of_layer_norms_are_understood(rewritten, pocket) -> None:
    folder = rewritten(lambda weights: {old_name(name): value for name, value in weights.items()})
    state = load_encoder(folder).state_dict()
    assert all(torch.equal(value, state[name]) for name, value in pocket.state_dict().items())


def old_name(name: str) -> str:
    """As BERT's first checkpoints, bert-base-uncased among them, call them."""
    return name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")


def test_fresh_weights_follow_their_seed() -> None:
    name = "encoder.layer.0.output.dense.weight"
    one, same, other = (fresh_encoder(SMALL["bert"], seed).state_dict() for seed in (1, 1, 2))
    assert torch.equal(one[name], same[name]) and not torch.equal(one[name], other[name])


def one_line(folder: Path, load: Any) -> None:
    with pytest.raises(UserError) as raised:
        load(folder)
    assert len(str(raised.value).splitlines()) == 1 and str(folder) in str(raised.value)


@pytest.mark.parametrize("damage", [lambda b: b[:-1000], lambda b: b[:100], lambda b: b"", lambda b: b"\xff" * len(b)])
@pytest.mark.parametrize("load", [load_encoder, language_head_weights])
def test_damaged_weights_are_one_line(load, damage, folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(damage(file.read_bytes()))
    one_line(folder, load)


def test_weights_of_another_shape_are_one_line(rewritten) -> None:
    name = "bert.encoder.layer.0.output.dense.weight"
    one_line(rewritten(lambda weights: weights | {name: torch.zeros(3, 3)}), load_encoder)


def test_a_matrix_that_the_file_lacks_is_not_drawn_silently(rewritten) -> None:
    """Only a pooler may be missing; θ0 with a random layer is no pre-trained network."""
    one_line(rewritten(lambda weights: {n: v for n, v in weights.items() if "layer.0." not in n}), load_encoder)


@pytest.mark.parametrize(("file", "load"), [("config.json", load_encoder), ("tokenizer.json", load_tokenizer)])
def test_a_damaged_json_is_one_line(file: str, load, folder: Path) -> None:
    (folder / file).write_text("{")
    one_line(folder, load)
