"""Masked language modelling: 15 % of the tokens are asked, 80 % of them shown as [MASK], 10 % as another, 10 % kept."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from lightning_tickets.checks import share
from lightning_tickets.components import component
from lightning_tickets.errors import UserError
from lightning_tickets.tasks.batches import IGNORED, Batch, Example, Row, asked_at, pad, portions
from lightning_tickets.tasks.columns import METRICS
from lightning_tickets.tasks.kind import Columns, Score, defined
from lightning_tickets.tasks.text import encode_pairs

EVALUATIONS = ("fixed", "drawn")


@component("masked_lm", version=1)
class MaskedLM:
    """Scored by the accuracy on the asked tokens, under masks that are the same for every evaluation.

    ``evaluation="drawn"`` is the released code's (docs/explanation/method.md, row 10): masks drawn by the training's
    generator, and the batches' accuracies averaged by all of their tokens.
    """

    head = "vocabulary"
    outputs = 0
    metrics = METRICS["masked_lm"]

    def __init__(self, rate: float = 0.15, evaluation_seed: int = 0, evaluation: str = "fixed") -> None:
        if evaluation not in EVALUATIONS:
            raise UserError(f"task.kind.evaluation={evaluation}: expected one of {', '.join(EVALUATIONS)}")
        self.rate, self.evaluation_seed = share("task.kind.rate", rate), evaluation_seed
        self.draws_when_scored = evaluation == "drawn"

    def prepare(self, tokenizer: PreTrainedTokenizerBase, max_length: int) -> None:
        if tokenizer.mask_token_id is None:
            raise UserError("model: the tokenizer has no mask_token; expected one for masked LM")
        self.tokenizer, self.max_length, self.pad_id = tokenizer, max_length, tokenizer.pad_token_id
        self.special = torch.tensor(sorted(tokenizer.all_special_ids))
        self.ordinary = torch.tensor(sorted(set(range(len(tokenizer))) - set(tokenizer.all_special_ids)))

    def encode(self, rows: Iterable[Row]) -> Iterator[Example]:
        """Rows of one or two texts as they are; running text in blocks."""
        left = iter(rows)
        first = next(left, None)
        if first is None:
            return
        whole = chain([first], left)
        examples = self._blocks(whole) if "text" in first else self._documents(whole)
        yield from (example | {"number": number} for number, example in enumerate(examples))

    def _documents(self, rows: Iterable[Row]) -> Iterator[Example]:
        for portion in portions(rows):
            yield from encode_pairs(self.tokenizer, portion, self.max_length)

    def _blocks(self, rows: Iterable[Row]) -> Iterator[Example]:
        """All lines joined and cut to ``max_length``, special tokens counted; the last, shorter block is dropped."""
        first, last, room = self.tokenizer.cls_token_id, self.tokenizer.sep_token_id, self.max_length - 2
        if first is None or last is None:
            raise UserError("the tokenizer has no cls_token or no sep_token; expected both for running text")
        typed = (
            {"token_type_ids": [0] * self.max_length} if "token_type_ids" in self.tokenizer.model_input_names else {}
        )
        joined: list[int] = []
        for portion in portions(rows):
            for ids in self.tokenizer([row["text"] for row in portion], add_special_tokens=False)["input_ids"]:
                joined += ids
            while len(joined) >= room:
                block, joined = joined[:room], joined[room:]
                yield {"input_ids": [first, *block, last], **typed, "attention_mask": [1] * self.max_length}

    def collate(self, examples: Sequence[Example], seed: int | None) -> Batch:
        batch = pad(examples, self.pad_id)
        if seed is not None:
            corrupted, asked = self._corrupt(batch["input_ids"], seed)
            return batch | {"input_ids": corrupted, "asked": asked}
        fixed = [self._corrupt(torch.tensor(e["input_ids"]), self.evaluation_seed + e["number"]) for e in examples]
        corrupted = pad([{"input_ids": s.tolist()} for s, _ in fixed], self.pad_id)["input_ids"]
        asked = pad([{"input_ids": a.tolist()} for _, a in fixed], IGNORED)["input_ids"]
        return batch | {"input_ids": corrupted, "asked": asked}

    def loss(self, logits: Tensor, batch: Batch) -> Tensor:
        """``logits`` are those of the asked tokens only, (asked, vocabulary)."""
        return F.cross_entropy(logits, batch["asked"].flatten()[asked_at(batch)])

    def terms(self, batch: Batch) -> int:
        return int((batch["asked"] != IGNORED).sum())

    def predict(self, logits: Tensor, batch: Batch) -> list[Any]:
        """(right, asked) of each example, or its share of the batch's accuracy and its tokens."""
        asked = batch["asked"] != IGNORED
        right = torch.zeros_like(asked)
        right[asked] = logits.argmax(-1) == batch["asked"][asked]
        if self.draws_when_scored:
            tokens = batch["attention_mask"].sum(1).double()
            return list(zip((tokens * right.sum() / asked.sum()).tolist(), tokens.tolist(), strict=True))
        return list(zip(right.sum(1).tolist(), asked.sum(1).tolist(), strict=True))

    def columns(self, examples: Sequence[Example], predictions: Sequence[Any]) -> Columns:
        return dict(zip(("right", "asked"), zip(*predictions, strict=True), strict=True))

    def score(self, columns: Columns) -> Score:
        right, asked = sum(columns["right"]), sum(columns["asked"])
        return defined({"accuracy": right / asked if asked else float("nan")}, columns)

    def _corrupt(self, ids: Tensor, seed: int) -> tuple[Tensor, Tensor]:
        """The corrupted input, and what is asked (IGNORED elsewhere); at least one token of a batch is asked."""
        generator = torch.Generator().manual_seed(seed)
        free = ~torch.isin(ids, self.special)
        draw = torch.rand(ids.shape, generator=generator).masked_fill(~free, 2.0)
        chosen = (draw < self.rate) | ((draw == draw.min()) & free)
        how = torch.rand(ids.shape, generator=generator)
        other = self.ordinary[torch.randint(len(self.ordinary), ids.shape, generator=generator)]
        corrupted = torch.where(chosen & (how < 0.8), torch.full_like(ids, self.tokenizer.mask_token_id), ids)
        corrupted = torch.where(chosen & (how >= 0.8) & (how < 0.9), other, corrupted)
        return corrupted, torch.where(chosen, ids, torch.full_like(ids, IGNORED))
