"""Rows of one or two texts, tokenised the way BERT reads pairs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import torch
from transformers import PreTrainedTokenizerBase

from lightning_tickets.tasks.batches import INPUTS, Batch, Example, Row, pad, portions


class TextPairs:
    """The shared half of classification and regression; what is left is the target and what is done with it."""

    pad_id: int
    draws_when_scored = False

    def target(self, row: Row) -> Any:
        raise TypeError("a kind of task says what its target is")

    def prepare(self, tokenizer: PreTrainedTokenizerBase, max_length: int) -> None:
        self.tokenizer, self.max_length, self.pad_id = tokenizer, max_length, tokenizer.pad_token_id

    def encode(self, rows: Iterable[Row]) -> Iterator[Example]:
        """Pairs that are too long lose tokens from the longer text first (the paper, table 1)."""
        for portion in portions(rows):
            encoded = encode_pairs(self.tokenizer, portion, self.max_length)
            yield from (e | {"label": self.target(row)} for e, row in zip(encoded, portion, strict=True))

    def collate(self, examples: Sequence[Example], seed: int | None) -> Batch:
        return pad(examples, self.pad_id) | {"label": torch.tensor([e["label"] for e in examples])}

    def terms(self, batch: Batch) -> int:
        return len(batch["input_ids"])


def encode_pairs(tokenizer: PreTrainedTokenizerBase, rows: Sequence[Row], max_length: int) -> list[Example]:
    """The encoder's inputs of each row's ``first`` and, where there is one, ``second`` text."""
    firsts = [row["first"] for row in rows]
    pairs = rows and rows[0].get("second") is not None
    seconds = [row["second"] for row in rows] if pairs else None
    tokenised = tokenizer(firsts, seconds, truncation="longest_first" if pairs else True, max_length=max_length)
    names = [name for name in INPUTS if name in tokenised]
    return [{name: tokenised[name][i] for name in names} for i in range(len(rows))]
