"""Operations counted from sizes are those that PyTorch counts while a BERT trains."""

import json

import pytest
import torch
from huggingface_hub import constants
from torch.utils.flop_counter import FlopCounterMode
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    DistilBertConfig,
)

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.data_and_model import model_folder
from lightning_tickets.models.folders import Folder
from lightning_tickets.models.last_layer import first_token_only
from lightning_tickets.models.operations import ASKED, SPECIAL, Sizes
from lightning_tickets.pocket import MODEL_DIR

CONFIG = BertConfig(
    vocab_size=300,
    hidden_size=32,
    num_hidden_layers=3,
    num_attention_heads=4,
    intermediate_size=96,
    attn_implementation="eager",
)
SIZES = Sizes(layers=3, width=32, feed_forward=96, vocabulary=300)
MODELS = {
    "classification": BertForSequenceClassification,
    "span": BertForQuestionAnswering,
    "masked_lm": BertForMaskedLM,
}
WIDTH = 40


def counted(family, texts, width, asked=None):
    """Forward and backward; ``asked`` tokens only go through the head of masked LM."""
    model = MODELS[family](CONFIG)
    ids = torch.randint(1, CONFIG.vocab_size, (texts, width))
    with FlopCounterMode(display=False) as counter:
        if asked is None:
            out = model(ids)
            sum(value.sum() for value in out.values()).backward()
        else:
            model.cls(model.bert(ids).last_hidden_state.flatten(0, 1)[:asked]).sum().backward()
    return counter.get_total_flops()


@pytest.mark.parametrize("family", ["classification", "span"])
def test_a_padded_batch(family):
    assert SIZES.step(family, [WIDTH, 7, 12], packed=False) == pytest.approx(counted(family, 3, WIDTH), rel=0.01)


def test_masked_lm_reads_the_asked_tokens_only():
    texts = 8
    asked = round(ASKED * texts * (WIDTH - SPECIAL))
    expected = counted("masked_lm", texts, WIDTH, asked)
    assert SIZES.step("masked_lm", [WIDTH] * texts, packed=False) == pytest.approx(expected, rel=0.01)


def test_a_packed_batch_is_its_texts_one_by_one():
    lengths = [WIDTH, 7, 12]
    expected = sum(counted("span", 1, length) for length in lengths)
    assert SIZES.step("span", lengths, packed=True) == pytest.approx(expected, rel=0.01)
    assert SIZES.step("span", lengths, packed=True) < SIZES.step("span", lengths, packed=False) / 2


def test_a_classifier_whose_last_layer_is_computed_for_first_tokens():
    model = BertForSequenceClassification(CONFIG)
    first_token_only(model.bert)
    with FlopCounterMode(display=False) as counter:
        model(torch.randint(1, CONFIG.vocab_size, (3, WIDTH))).logits.sum().backward()
    lengths = [WIDTH, 7, 12]
    skipped = SIZES.step("classification", lengths, packed=False, skips=True)
    assert skipped == pytest.approx(counter.get_total_flops(), rel=0.01)
    assert skipped < 0.8 * SIZES.step("classification", lengths, packed=False)
    assert SIZES.step("span", lengths, False, skips=True) == SIZES.step("span", lengths, False)


@pytest.mark.parametrize(
    ("config", "sizes"),
    [
        ({"num_hidden_layers": 2, "hidden_size": 8, "intermediate_size": 16, "vocab_size": 9}, Sizes(2, 8, 16, 9)),
        ({"n_layers": 2, "dim": 8, "hidden_dim": 16, "vocab_size": 9}, Sizes(2, 8, 16, 9)),
        ({"num_hidden_layers": 2, "hidden_size": 8, "vocab_size": 9}, None),
    ],
)
def test_sizes_of_a_config(tmp_path, config, sizes):
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert Folder("local", tmp_path).sizes() == sizes


@pytest.mark.parametrize(
    ("option", "config"), [("pocket", None), ("bert_base", BertConfig()), ("distilbert", DistilBertConfig())]
)
def test_the_networks_of_the_suite_have_their_sizes(tmp_path, monkeypatch, option, config):
    """Also before their files are there: as transformers has them by default."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    (config or BertConfig.from_pretrained(MODEL_DIR)).save_pretrained(tmp_path)
    assert model_folder(compose_config([f"model={option}"])).sizes() == Folder("local", tmp_path).sizes() is not None
