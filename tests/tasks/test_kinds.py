"""What every kind of task keeps to, for each task that the configs name, on generated rows at the pocket's length."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor

from lightning_tickets.components import call
from lightning_tickets.composition.components import component_at
from lightning_tickets.composition.compose import compose_config
from lightning_tickets.errors import UserError
from lightning_tickets.tasks.batches import IGNORED
from lightning_tickets.tasks.classification import Classification
from lightning_tickets.tasks.kind import Kind, Score, score_predictions
from lightning_tickets.tasks.masked_lm import MaskedLM
from lightning_tickets.tasks.regression import Regression
from lightning_tickets.tasks.span import Span
from tests.checks import nothing_drawn, one_line
from tests.commands import TASKS

LENGTH = 48
Rows = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module", params=TASKS)
def config(request) -> Any:
    return compose_config([f"task={request.param}"]).task


@pytest.fixture(scope="module")
def kind(config, tokenizer) -> Kind:
    made: Kind = call(component_at("", config.kind))
    made.prepare(tokenizer, LENGTH)
    return made


@pytest.fixture(scope="module")
def examples(config, kind, dev_rows: Rows) -> list[dict[str, Any]]:
    return list(kind.encode(dev_rows(config.name)))


def oracle(kind: Any, batch: dict[str, Tensor]) -> Tensor:
    """The logits of a network that knows the answers."""
    if kind.head == "vocabulary":
        asked = batch["asked"][batch["asked"] != IGNORED]
        return 20.0 * torch.nn.functional.one_hot(asked, len(kind.tokenizer))
    if kind.head == "tokens":
        logits = torch.zeros(*batch["input_ids"].shape, 2)
        for place, name in enumerate(("start", "end")):
            logits[torch.arange(len(logits)), batch[name], place] = 20.0
        return logits
    if kind.outputs == 1:
        return batch["label"][:, None].float()
    return 20.0 * torch.nn.functional.one_hot(batch["label"], kind.outputs)


def uninformed(kind: Kind, batch: dict[str, Tensor]) -> Tensor:
    return torch.zeros_like(oracle(kind, batch), dtype=torch.float32)


def test_the_config_is_named_like_its_file(config, request) -> None:
    assert config.name in request.node.callspec.id and len(TASKS) >= 11


def test_examples_fit_the_length(examples) -> None:
    assert 0 < max(len(example["input_ids"]) for example in examples) <= LENGTH


def test_a_batch_is_as_wide_as_its_longest_example_and_padding_is_not_attended_to(kind, examples) -> None:
    batch = kind.collate(examples[:9], None)
    lengths = [len(example["input_ids"]) for example in examples[:9]]
    assert batch["input_ids"].shape == batch["attention_mask"].shape == (9, max(lengths))
    assert batch["attention_mask"].sum(1).tolist() == lengths


def test_the_loss_is_a_finite_scalar_with_a_gradient_that_the_answer_lowers(kind, examples) -> None:
    batch = kind.collate(examples[:8], 1)
    logits = uninformed(kind, batch).requires_grad_()
    blank = kind.loss(logits, batch)
    assert blank.shape == () and torch.isfinite(blank) and kind.loss(oracle(kind, batch), batch) < 0.1 * blank
    blank.backward()
    assert logits.grad is not None and logits.grad.abs().sum() > 0


def test_predictions_are_plain_values_one_an_example(kind, examples) -> None:
    batch = kind.collate(examples[:6], None)
    predictions = kind.predict(uninformed(kind, batch), batch)
    assert len(predictions) == 6 and json.dumps(predictions)


def scored(kind: Kind, examples: list[dict[str, Any]], size: int) -> Score:
    predictions = []
    for start in range(0, len(examples), size):
        batch = kind.collate(examples[start : start + size], None)
        predictions += kind.predict(oracle(kind, batch), batch)
    return score_predictions(kind, examples, predictions)


def test_knowing_the_answers_scores_one_however_the_batches_are(config, kind, examples) -> None:
    score = scored(kind, examples, 16)
    assert score.metrics == pytest.approx(dict.fromkeys(score.metrics, 1.0), abs=1e-6)
    assert score == scored(kind, examples, 7)
    assert config.metric in score.metrics, "the metric that tables show"


def test_evaluation_draws_nothing(kind, examples) -> None:
    with nothing_drawn():
        first, second = kind.collate(examples[:4], None), kind.collate(examples[:4], None)
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize(
    ("kind", "option", "value", "expected"),
    [
        *((Span, option, 0, "an integer >= 1") for option in ("stride", "longest", "n_best", "question")),
        (Span, "stride", -5, "an integer >= 1"),
        *((MaskedLM, "rate", rate, "a number between 0 and 1") for rate in (-1, 0, 1, 3, float("nan"))),
    ],
)
def test_an_option_out_of_range_is_named(kind, option, value, expected) -> None:
    assert one_line(partial(kind, **{option: value})) == f"task.kind.{option}={value}: expected {expected}"


@pytest.mark.parametrize("label", [-1, 2, 1.0, "1", None])
def test_classification_refuses_a_label_out_of_range(label: Any, tokenizer) -> None:
    kind = Classification(2)
    kind.prepare(tokenizer, LENGTH)
    with pytest.raises(UserError, match="expected 0 to 1"):
        list(kind.encode([{"first": "the dog", "second": None, "label": label}]))


@pytest.mark.parametrize("label", [-0.1, 5.1, float("nan"), float("inf")])
def test_regression_refuses_a_score_out_of_range(label: float) -> None:
    with pytest.raises(UserError, match="expected 0.0 to 5.0"):
        Regression().target({"label": label})


def test_long_pairs_lose_from_the_longer_text(tokenizer) -> None:
    kind = Classification(2)
    kind.prepare(tokenizer, 12)
    pairs = [("the dog", "the cat " * 20), ("the cat " * 20, "the dog")]
    examples = kind.encode([{"first": first, "second": second, "label": 0} for first, second in pairs])
    assert [tokenizer.decode(example["input_ids"]) for example in examples] == [
        "[CLS] the dog [SEP] the cat the cat the cat the [SEP]",
        "[CLS] the cat the cat the cat the [SEP] the dog [SEP]",
    ]
