"""The masked LM head against transformers' own forward, and where its weights come from."""

from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModel, AutoModelForMaskedLM, BertConfig, BertForMaskedLM, FNetConfig, LukeConfig

from lightning_tickets.models.encoder import fresh_encoder, load_encoder
from lightning_tickets.models.heads import make_head
from lightning_tickets.pocket import MODEL_DIR
from lightning_tickets.tasks.batches import IGNORED
from lightning_tickets.tasks.masked_lm import MaskedLM
from tests.checks import same

WITH_AND_WITHOUT = pytest.mark.parametrize("kind", [AutoModelForMaskedLM, AutoModel], ids=["own head", "no head"])


def language_head(encoder: Any, folder: Path = MODEL_DIR, seed: int = 1) -> Any:
    return make_head(MaskedLM(), encoder, folder, seed).eval()


@torch.no_grad()
def asked_logits(encoder, head, inputs) -> torch.Tensor:
    asked = torch.where(inputs["attention_mask"] == 1, inputs["input_ids"], IGNORED)
    logits: torch.Tensor = head(encoder(**inputs), inputs | {"asked": asked})
    return logits


@torch.no_grad()
def transformers_own(folder: Path, inputs, seed: int, kind: Any = AutoModelForMaskedLM) -> torch.Tensor:
    torch.manual_seed(seed)
    model = kind.from_pretrained(folder).eval()
    logits: torch.Tensor = model(**inputs).logits[inputs["attention_mask"] == 1]
    return logits


@WITH_AND_WITHOUT
def test_logits_are_transformers_own(kind, saved, inputs) -> None:
    encoder = load_encoder(saved(kind))
    logits = asked_logits(encoder, language_head(encoder, saved(kind), 5), inputs)
    theirs = transformers_own(saved(kind), inputs, 5)
    assert theirs.std() > 0.01
    torch.testing.assert_close(logits, theirs, atol=1e-6, rtol=1e-6)


@WITH_AND_WITHOUT
def test_the_seed_matters_only_where_the_checkpoint_has_no_head(kind, saved, inputs) -> None:
    encoder = load_encoder(saved(kind))
    one, same, other = (asked_logits(encoder, language_head(encoder, saved(kind), s), inputs) for s in (1, 1, 2))
    assert torch.equal(one, same) and torch.equal(one, other) == (kind is AutoModelForMaskedLM)


@WITH_AND_WITHOUT
def test_the_decoder_is_the_encoders_word_embeddings_and_the_head_holds_nothing_else_of_it(kind, saved) -> None:
    """Neither a copy of the embeddings nor a layer: its own values are fewer than the embeddings alone."""
    encoder = load_encoder(saved(kind))
    head, embeddings = language_head(encoder, saved(kind)), encoder.get_input_embeddings().weight
    assert head.model.get_output_embeddings().weight is embeddings
    state = head.state_dict()
    own = {name: value for name, value in state.items() if value.data_ptr() != embeddings.data_ptr()}
    assert len(state) == len(own) + 1 and not any("layer." in name or "embeddings" in name for name in own)
    assert all(value.shape != embeddings.shape for value in own.values())


def test_heads_are_independent(saved) -> None:
    encoder = load_encoder(saved(AutoModelForMaskedLM))
    one, other = (language_head(encoder, saved(AutoModelForMaskedLM)) for _ in range(2))
    shared = {id(p) for p in one.parameters()} & {id(p) for p in other.parameters()}
    assert shared == {id(encoder.get_input_embeddings().weight)}
    before = {name: value.clone() for name, value in other.state_dict().items()}
    for parameter in one.parameters():
        if id(parameter) not in shared:
            parameter.data.zero_()
    assert same(language_head(encoder, saved(AutoModelForMaskedLM)).state_dict(), before)


def test_the_files_are_read_once(folder: Path, pocket, monkeypatch) -> None:
    load = Mock(side_effect=AutoModelForMaskedLM.from_pretrained)
    monkeypatch.setattr(AutoModelForMaskedLM, "from_pretrained", load)
    for seed in range(3):
        language_head(pocket, folder, seed)
    assert load.call_count == 1


def test_files_that_changed_are_read_again(rewritten, pocket, inputs) -> None:
    name = "cls.predictions.bias"
    before = asked_logits(pocket, language_head(pocket, rewritten(lambda weights: weights)), inputs)
    after = language_head(pocket, rewritten(lambda weights: weights | {name: weights[name] + 1}))
    torch.testing.assert_close(asked_logits(pocket, after, inputs), before + 1)


def test_pocket_logits_are_berts(pocket, inputs) -> None:
    theirs = transformers_own(MODEL_DIR, inputs, 1, BertForMaskedLM)
    torch.testing.assert_close(asked_logits(pocket, language_head(pocket), inputs), theirs, atol=1e-6, rtol=1e-6)


def test_the_decoder_follows_the_encoder_that_is_trained() -> None:
    """The head stands on the encoder it is given, whatever values the checkpoint's has."""
    encoder = load_encoder(MODEL_DIR)
    head = language_head(encoder)
    encoder.get_input_embeddings().weight.data.mul_(2)
    predictions = head.model.cls.predictions
    assert torch.equal(predictions.decoder.weight, encoder.get_input_embeddings().weight)
    assert predictions.decoder.bias is predictions.bias, "one bias"


def test_a_decoder_that_is_not_tied_is_the_heads_own(tmp_path: Path, inputs) -> None:
    sizes = {"vocab_size": 231, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    torch.manual_seed(1)
    BertForMaskedLM(BertConfig(**sizes, tie_word_embeddings=False)).save_pretrained(tmp_path)
    (tmp_path / "tokenizer.json").write_text((MODEL_DIR / "tokenizer.json").read_text())
    encoder = load_encoder(tmp_path)
    head = language_head(encoder, tmp_path)
    assert head.model.get_output_embeddings().weight is not encoder.get_input_embeddings().weight
    torch.testing.assert_close(asked_logits(encoder, head, inputs), transformers_own(tmp_path, inputs, 1))


def test_lukes_head_is_given_no_entities(tmp_path: Path, inputs) -> None:
    sizes = {"vocab_size": 231, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    AutoModelForMaskedLM.from_config(LukeConfig(**sizes, entity_vocab_size=5, entity_emb_size=8)).save_pretrained(
        tmp_path
    )
    (tmp_path / "tokenizer.json").write_text((MODEL_DIR / "tokenizer.json").read_text())
    encoder = load_encoder(tmp_path)
    logits = asked_logits(encoder, language_head(encoder, tmp_path), inputs)
    torch.testing.assert_close(logits, transformers_own(tmp_path, inputs, 1))


def test_only_the_asked_tokens_are_scored(saved, inputs, config) -> None:
    encoder, asked = load_encoder(saved()), torch.full_like(inputs["input_ids"], IGNORED)
    asked[1, 3] = 9
    with torch.no_grad():
        logits = language_head(encoder, saved())(encoder(**inputs), inputs | {"asked": asked})
    assert logits.shape == (1, config.vocab_size)


def test_a_fresh_encoder_has_the_checkpoints_head(saved) -> None:
    """θ0′ is random; γ is what it is on θ0, but for the decoder that is θ0′'s."""
    folder = saved(AutoModelForMaskedLM)
    on_theta, fresh = load_encoder(folder), fresh_encoder(load_encoder(folder).config, 3)
    states = [language_head(encoder, folder).state_dict() for encoder in (on_theta, fresh)]
    differing = [name for name, value in states[0].items() if not torch.equal(value, states[1][name])]
    assert len(differing) == 1


def old_names(weights):
    return {n.replace("Norm.weight", "Norm.gamma").replace("Norm.bias", "Norm.beta"): v for n, v in weights.items()}


def with_both_biases(weights):
    return weights | {"cls.predictions.decoder.bias": weights["cls.predictions.bias"].clone()}


def with_the_decoders_bias_only(weights):
    return {name: v for name, v in with_both_biases(weights).items() if name != "cls.predictions.bias"}


@pytest.mark.parametrize("change", [old_names, with_both_biases, with_the_decoders_bias_only])
def test_the_head_under_the_other_names_that_checkpoints_use(change, rewritten, pocket, inputs) -> None:
    logits = asked_logits(pocket, language_head(pocket, rewritten(change)), inputs)
    assert torch.equal(logits, asked_logits(pocket, language_head(pocket), inputs))


def test_the_old_format_has_the_same_head(as_bin: Path, pocket, inputs) -> None:
    logits = asked_logits(pocket, language_head(pocket, as_bin), inputs)
    assert torch.equal(logits, asked_logits(pocket, language_head(pocket), inputs))


def test_what_a_checkpoint_lacks_of_its_head_is_drawn(rewritten, pocket) -> None:
    folder = rewritten(lambda weights: {n: v for n, v in weights.items() if "predictions.transform.dense" not in n})
    one, other = (language_head(pocket, folder, seed).model.cls.predictions for seed in (1, 2))
    assert not torch.equal(one.transform.dense.weight, other.transform.dense.weight)
    stored = load_file(folder / "model.safetensors")["cls.predictions.bias"]
    assert torch.equal(one.bias, stored) and torch.equal(other.bias, one.bias)


def test_biases_that_a_checkpoint_lacks_are_zero_and_not_what_was_in_memory(tmp_path, monkeypatch) -> None:
    """Transformers initialises those of FNet's head nowhere; torch fills such memory with NaN here."""
    sizes = {"vocab_size": 231, "hidden_size": 16, "num_hidden_layers": 1, "intermediate_size": 32}
    AutoModel.from_config(FNetConfig(**sizes)).save_pretrained(tmp_path)
    (tmp_path / "tokenizer.json").write_text((MODEL_DIR / "tokenizer.json").read_text())
    encoder = load_encoder(tmp_path)
    monkeypatch.setattr(torch.utils.deterministic, "fill_uninitialized_memory", True)
    torch.use_deterministic_algorithms(True)
    try:
        head = language_head(encoder, tmp_path)
    finally:
        torch.use_deterministic_algorithms(False)
    assert not any(value.any() for name, value in head.named_parameters() if name.endswith("bias"))
