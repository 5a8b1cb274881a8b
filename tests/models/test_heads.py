"""What stands on the encoder: where its weights come from, and the masked-LM head against transformers' own."""

from pathlib import Path

import pytest
import torch
from transformers import BertForMaskedLM, DistilBertConfig

from lightning_tickets.errors import UserError
from lightning_tickets.models.encoder import fresh_encoder, load_encoder, load_tokenizer
from lightning_tickets.models.heads import make_head
from lightning_tickets.pocket import MODEL_DIR
from lightning_tickets.tasks.classification import Classification
from lightning_tickets.tasks.masked_lm import IGNORED, MaskedLM
from lightning_tickets.tasks.regression import Regression
from lightning_tickets.tasks.span import Span

SENTENCES = ["the dog sees the old cat .", "mary likes the horse and the horse likes mary today ."]


@pytest.fixture(scope="module")
def inputs() -> dict[str, torch.Tensor]:
    return dict(load_tokenizer(MODEL_DIR)(SENTENCES, padding=True, return_tensors="pt"))


def language_head(encoder, folder: Path = MODEL_DIR, seed: int = 1):
    return make_head(MaskedLM(), encoder, folder, seed).eval()


@torch.no_grad()
def asked_logits(encoder, head, inputs) -> torch.Tensor:
    asked = torch.where(inputs["attention_mask"] == 1, inputs["input_ids"], IGNORED)
    logits: torch.Tensor = head(encoder(**inputs), inputs | {"asked": asked})
    return logits


def test_masked_lm_logits_are_transformers_own(pocket, inputs) -> None:
    theirs = BertForMaskedLM.from_pretrained(MODEL_DIR).eval()
    with torch.no_grad():
        wanted = theirs(**inputs).logits[inputs["attention_mask"] == 1]
    torch.testing.assert_close(asked_logits(pocket, language_head(pocket), inputs), wanted, atol=1e-6, rtol=1e-6)


def test_the_decoder_is_the_word_embeddings(pocket) -> None:
    decoder = language_head(pocket).cls.predictions.decoder
    assert decoder.weight is pocket.get_input_embeddings().weight


def test_the_decoder_stays_the_word_embeddings_when_they_change(inputs) -> None:
    encoder = load_encoder(MODEL_DIR)
    head = language_head(encoder)
    with torch.no_grad():
        encoder.get_input_embeddings().weight.mul_(2)
    assert torch.equal(head.cls.predictions.decoder.weight, encoder.get_input_embeddings().weight)


def test_the_decoder_has_one_bias(pocket) -> None:
    predictions = language_head(pocket).cls.predictions
    assert predictions.decoder.bias is predictions.bias


def test_only_the_asked_tokens_are_scored(pocket, inputs) -> None:
    asked = torch.full_like(inputs["input_ids"], IGNORED)
    asked[1, 3] = 9
    with torch.no_grad():
        logits = language_head(pocket)(pocket(**inputs), inputs | {"asked": asked})
    assert logits.shape == (1, pocket.config.vocab_size)


def test_the_seed_does_not_matter_where_the_file_has_the_head(pocket, inputs) -> None:
    one, other = (asked_logits(pocket, language_head(pocket, seed=seed), inputs) for seed in (1, 2))
    assert torch.equal(one, other)


def test_a_file_without_a_head_leaves_it_drawn_by_the_seed(rewritten) -> None:
    folder = rewritten(lambda weights: {n: v for n, v in weights.items() if not n.startswith("cls.")})
    encoder = load_encoder(folder)
    one, same, other = (language_head(encoder, folder, s).cls.predictions.transform.dense.weight for s in (1, 1, 2))
    assert torch.equal(one, same) and not torch.equal(one, other)


def old_names(weights):
    return {n.replace("Norm.weight", "Norm.gamma").replace("Norm.bias", "Norm.beta"): v for n, v in weights.items()}


def with_both_biases(weights):
    return weights | {"cls.predictions.decoder.bias": weights["cls.predictions.bias"].clone()}


def with_the_decoders_bias_only(weights):
    both = with_both_biases(weights)
    return {name: value for name, value in both.items() if name != "cls.predictions.bias"}


@pytest.mark.parametrize("change", [old_names, with_both_biases, with_the_decoders_bias_only])
def test_the_head_under_the_other_names_that_checkpoints_use(change, rewritten, pocket, inputs) -> None:
    found = asked_logits(pocket, language_head(pocket, rewritten(change)), inputs)
    assert torch.equal(found, asked_logits(pocket, language_head(pocket), inputs))


KINDS = [Classification(3), Regression(), Span()]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type(kind).__name__)
def test_a_linear_head_is_drawn_by_its_seed_only(kind, pocket) -> None:
    torch.manual_seed(1)
    one = make_head(kind, pocket, MODEL_DIR, 5).state_dict()
    torch.manual_seed(2)
    same, other = (make_head(kind, pocket, MODEL_DIR, seed).state_dict() for seed in (5, 6))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["out.weight"], other["out.weight"])


@pytest.mark.parametrize("kind", [*KINDS, MaskedLM()], ids=lambda kind: type(kind).__name__)
def test_drawing_a_head_moves_no_global_generator(kind, pocket) -> None:
    before = torch.random.get_rng_state()
    make_head(kind, pocket, MODEL_DIR, 5)
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_linear_head_begins_as_berts_do(pocket) -> None:
    drawn = [make_head(Classification(3), pocket, MODEL_DIR, seed).state_dict() for seed in range(20)]
    assert torch.cat([state["out.weight"] for state in drawn]).std().item() == pytest.approx(0.02, rel=0.05)
    assert not any(state["out.bias"].any() for state in drawn)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type(kind).__name__)
def test_the_shape_of_the_logits(kind, pocket, inputs) -> None:
    head = make_head(kind, pocket, MODEL_DIR, 1)
    tokens = inputs["input_ids"].shape if kind.head == "tokens" else (len(SENTENCES),)
    assert head(pocket(**inputs), inputs).shape == (*tokens, kind.outputs)


def test_a_pooled_head_without_a_pooler_is_one_line() -> None:
    encoder = fresh_encoder(DistilBertConfig(vocab_size=50, dim=16, hidden_dim=32, n_layers=1, n_heads=2), 0)
    with pytest.raises(UserError) as raised:
        make_head(Classification(2), encoder, MODEL_DIR, 1)
    assert "pooler" in str(raised.value) and len(str(raised.value).splitlines()) == 1


def test_a_token_head_needs_no_pooler() -> None:
    encoder = fresh_encoder(DistilBertConfig(vocab_size=50, dim=16, hidden_dim=32, n_layers=1, n_heads=2), 0)
    assert make_head(Span(), encoder, MODEL_DIR, 1).out.in_features == 16
