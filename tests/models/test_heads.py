"""What stands on the encoder: where its weights come from, what it gives, and that all of it is trained."""

import pytest
import torch
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertForMaskedLM,
    BertForQuestionAnswering,
    BertForSequenceClassification,
)

from lightning_tickets.models.encoder import load_encoder, prunable
from lightning_tickets.models.heads import FirstToken, PooledHead, make_head
from lightning_tickets.pocket import MODEL_DIR
from lightning_tickets.tasks.batches import IGNORED
from lightning_tickets.tasks.classification import Classification
from lightning_tickets.tasks.masked_lm import MaskedLM
from lightning_tickets.tasks.regression import Regression
from lightning_tickets.tasks.span import Span
from tests.checks import nothing_drawn, one_line, same

KINDS = [Classification(3), Regression(), Span()]
HAS_POOLER = {"bert", "minilm", "roberta"}


linear_kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type(kind).__name__)
every_kind = pytest.mark.parametrize("kind", [*KINDS, MaskedLM()], ids=lambda kind: type(kind).__name__)


@linear_kinds
def test_a_linear_head_is_drawn_by_its_seed_only(kind, pocket) -> None:
    torch.manual_seed(1)
    one = make_head(kind, pocket, MODEL_DIR, 5).state_dict()
    torch.manual_seed(2)
    again, other = (make_head(kind, pocket, MODEL_DIR, seed).state_dict() for seed in (5, 6))
    assert same(one, again)
    assert not torch.equal(one["out.weight"], other["out.weight"])


@every_kind
def test_drawing_a_head_moves_no_global_generator(kind, pocket) -> None:
    with nothing_drawn():
        make_head(kind, pocket, MODEL_DIR, 5)


def test_a_kind_with_another_word_for_its_head_is_refused(pocket) -> None:
    kind = Classification(3)
    kind.head = "mean"
    message = "task.kind: head=mean: expected one of pooled, tokens, vocabulary"
    assert one_line(make_head, kind, pocket, MODEL_DIR, 1) == message


def test_a_linear_head_begins_as_berts_do(pocket) -> None:
    drawn = [make_head(Classification(3), pocket, MODEL_DIR, seed).state_dict() for seed in range(20)]
    assert torch.cat([state["out.weight"] for state in drawn]).std().item() == pytest.approx(0.02, rel=0.05)
    assert not any(state["out.bias"].any() for state in drawn)


@linear_kinds
def test_the_shape_of_the_logits(kind, saved, inputs) -> None:
    encoder = load_encoder(saved())
    logits = make_head(kind, encoder, saved(), 1)(encoder(**inputs), inputs)
    tokens = inputs["input_ids"].shape if kind.head == "tokens" else (len(inputs["input_ids"]),)
    assert logits.shape == (*tokens, kind.outputs)


@every_kind
def test_everything_that_matters_is_trained(kind, saved, inputs) -> None:
    """A gradient in every value of γ, and in every prunable matrix but a pooler that the head does not read."""
    encoder = load_encoder(saved())
    head = make_head(kind, encoder, saved(), 1)
    asked = torch.full_like(inputs["input_ids"], IGNORED)
    asked[:, 2:4] = 9
    head(encoder(**inputs), inputs | {"asked": asked})[..., 0].square().sum().backward()
    assert all(p.grad is not None and p.grad.any() for p in head.parameters())
    trained = prunable(encoder, pooler=kind.head == "pooled")
    assert all(p.grad is not None and p.grad.any() for p in trained.values())


def test_a_pooled_head_reads_the_encoders_pooler_or_brings_one(architecture: str, config, saved) -> None:
    width = config.hidden_size
    head = make_head(Classification(3), load_encoder(saved()), saved(), 1)
    shapes = {name: tuple(p.shape) for name, p in head.named_parameters()}
    linear = {"out.weight": (3, width), "out.bias": (3,)}
    own = {"pooler.dense.weight": (width, width), "pooler.dense.bias": (width,)}
    assert shapes == (linear if architecture in HAS_POOLER else linear | own)


def test_a_pooler_of_the_heads_own_is_berts(saved, inputs, pocket) -> None:
    """Given BERT's pooler as weights, it gives BERT's pooled output."""
    own = FirstToken(pocket.config.hidden_size)
    own.load_state_dict(pocket.pooler.state_dict())
    with torch.no_grad():
        encoded = pocket(**inputs)
        assert torch.equal(own(encoded), encoded.pooler_output)


def test_a_pooler_of_the_heads_own_does_not_change_its_map(pocket) -> None:
    """The same seed draws the same map with and without it."""
    torch.manual_seed(1)
    one = PooledHead(pocket.config, 3, own_pooler=False)
    torch.manual_seed(1)
    assert torch.equal(PooledHead(pocket.config, 3, own_pooler=True).out.weight, one.out.weight)


@pytest.mark.parametrize(
    ("kind", "theirs", "prefix"),
    [
        (Classification(3), BertForSequenceClassification, "classifier"),
        (Regression(), BertForSequenceClassification, "classifier"),
        (Span(), BertForQuestionAnswering, "qa_outputs"),
        (MaskedLM(), BertForMaskedLM, "cls"),
    ],
    ids=["classification", "regression", "span", "masked_lm"],
)
def test_a_head_on_bert_is_that_of_transformers_class_for_the_task(kind, theirs, prefix, inputs, tmp_path) -> None:
    """The same logits from the same weights while training: dropout, if there is any, is drawn at the same places."""
    config = BertConfig(
        vocab_size=512, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    config.num_labels = kind.outputs
    model = theirs(config).train()
    model.save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(MODEL_DIR).save_pretrained(tmp_path)
    encoder = load_encoder(tmp_path).train()
    encoder.load_state_dict(model.bert.state_dict(), strict=False)
    head = make_head(kind, encoder, tmp_path, 1).train()
    if prefix != "cls":  # a masked LM head takes the checkpoint's weights
        head.out.load_state_dict(getattr(model, prefix).state_dict())
    torch.manual_seed(3)
    ours = head(encoder(**inputs), inputs | {"asked": torch.ones_like(inputs["input_ids"])})
    torch.manual_seed(3)
    output = model(**inputs)
    logits = torch.stack([output.start_logits, output.end_logits], -1) if prefix == "qa_outputs" else output.logits
    torch.testing.assert_close(ours, logits.reshape(ours.shape))
