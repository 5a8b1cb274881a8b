"""The network's configuration, its tokenizer, and the weights that pre-training starts from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertForPreTraining, BertModel, PreTrainedTokenizerFast
from transformers.utils import logging

from lightning_tickets.pocket.lexicon import SPECIAL, VOCABULARY

WORD_ID = {word: i for i, word in enumerate(VOCABULARY)}
PAD, UNK, CLS, SEP, MASK = (WORD_ID[word] for word in SPECIAL)
POSITIONS = 48


class Size(NamedTuple):
    """Of a network: its width, layers and initial standard deviation, and how it is pre-trained (at most so long)."""

    width: int
    layers: int
    deviation: float
    rate: float
    steps: int


SIZES: Final[Mapping[str, Size]] = {
    "small": Size(64, 3, 0.1, rate=1.2e-3, steps=9_000),
    "wide": Size(128, 2, 0.08, rate=1e-3, steps=12_000),
}


def config(size: Size) -> BertConfig:
    """Without dropout, which harms so small a network."""
    return BertConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=size.width,
        num_hidden_layers=size.layers,
        num_attention_heads=4,
        intermediate_size=4 * size.width,
        max_position_embeddings=POSITIONS,
        initializer_range=size.deviation,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        pad_token_id=PAD,
    )


def set_keys_to_queries(bert: BertModel) -> None:
    """Start every head with keys equal to queries, so that words attend to similar words."""
    with torch.no_grad():
        for name, module in bert.named_modules():
            if name.endswith("attention.self"):
                query, key = module.get_parameter("query.weight"), module.get_parameter("key.weight")
                key.copy_(query)


def fresh(seed: int, size: Size) -> BertForPreTraining:
    """The network that pre-training starts from; the caller's random state is unchanged."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = BertForPreTraining(config(size))
    set_keys_to_queries(model.bert)
    return model


def tokenizer() -> PreTrainedTokenizerFast:
    """One token per word; two segments are joined as in BERT."""
    words = Tokenizer(models.WordLevel(WORD_ID, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    words.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0",
        pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=words,
        model_max_length=POSITIONS,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        **{f"{word[1:-1].lower()}_token": word for word in SPECIAL},
    )


def save(model: BertForPreTraining, folder: Path) -> None:
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    model.save_pretrained(folder)
    if shown:
        logging.enable_progress_bar()
    tokenizer().save_pretrained(folder)
