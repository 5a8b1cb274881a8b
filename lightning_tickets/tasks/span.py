"""The answer to a question as a run of words in a text (SQuAD v1.1), over windows of the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torchmetrics.functional.text import squad
from transformers import PreTrainedTokenizerBase

from lightning_tickets.errors import UserError
from lightning_tickets.tasks.batches import INPUTS, Batch, Example, pad
from lightning_tickets.tasks.kind import Row, Score, defined


class Span:
    """Start and end by cross-entropy; the best span over all windows of a question, at most ``longest`` tokens.

    Scored by exact match and F1 with the official normalisation, the best over the gold answers.
    """

    head = "tokens"
    outputs = 2

    def __init__(self, stride: int = 128, longest: int = 30, n_best: int = 20) -> None:
        self.stride, self.longest, self.n_best = stride, longest, n_best

    def prepare(self, tokenizer: PreTrainedTokenizerBase, max_length: int) -> None:
        self.tokenizer, self.max_length, self.pad_id = tokenizer, max_length, tokenizer.pad_token_id

    def encode(self, rows: Sequence[Row]) -> list[Example]:
        questions = self.tokenizer([row["question"] for row in rows], add_special_tokens=False)["input_ids"]
        room = self.max_length - 3 - max(map(len, questions), default=0)
        if room < 2:
            raise UserError(
                f"training.max_length={self.max_length} leaves no room for a text beside the longest question"
            )
        found = self.tokenizer(
            [row["question"] for row in rows],
            [row["context"] for row in rows],
            truncation="only_second",
            max_length=self.max_length,
            stride=min(self.stride, room // 2),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        names = [name for name in INPUTS if name in found]
        examples = []
        for window, row_number in enumerate(found["overflow_to_sample_mapping"]):
            row = rows[row_number]
            offsets = [
                offset if sequence == 1 else None
                for offset, sequence in zip(found["offset_mapping"][window], found.sequence_ids(window), strict=True)
            ]
            start, end = _answer(offsets, row["answers"])
            inputs = {name: found[name][window] for name in names}
            examples.append(inputs | {"row": row_number, "data": row, "offsets": offsets, "start": start, "end": end})
        return examples

    def collate(self, examples: Sequence[Example], seed: int | None) -> Batch:
        batch = pad(examples, self.pad_id)
        allowed = torch.zeros(batch["input_ids"].shape, dtype=torch.bool)
        for row, example in enumerate(examples):
            allowed[row, : len(example["offsets"])] = torch.tensor([o is not None for o in example["offsets"]])
        answers = {name: torch.tensor([e[name] for e in examples]) for name in ("start", "end")}
        return batch | answers | {"allowed": allowed}

    def loss(self, logits: Tensor, batch: Batch) -> Tensor:
        starts, ends = logits.masked_fill(batch["attention_mask"][..., None] == 0, -1e4).unbind(-1)
        return (F.cross_entropy(starts, batch["start"]) + F.cross_entropy(ends, batch["end"])) / 2

    def predict(self, logits: Tensor, batch: Batch) -> list[Any]:
        """(sum of logits, first token, last token) of the best span among the n best starts and ends."""
        starts, ends = logits.float().masked_fill(~batch["allowed"][..., None], -1e9).unbind(-1)
        n = min(self.n_best, starts.shape[1])
        (top_s, at_s), (top_e, at_e) = starts.topk(n), ends.topk(n)
        length = at_e[:, None, :] - at_s[:, :, None]
        total = top_s[:, :, None] + top_e[:, None, :]
        total = total.masked_fill((length < 0) | (length >= self.longest), -4e9).flatten(1)
        best = total.argmax(1)
        rows = torch.arange(len(best))
        columns = total[rows, best], at_s[rows, best // n], at_e[rows, best % n]
        return list(zip(*(column.tolist() for column in columns), strict=True))

    def score(self, examples: Sequence[Example], predictions: Sequence[Any]) -> Score:
        best: dict[int, tuple[float, str]] = {}
        rows: dict[int, Row] = {}
        for example, (logit, start, end) in zip(examples, predictions, strict=True):
            text = _text(example, start, end) if 0 <= end - start < self.longest else ""
            rows[example["row"]] = example["data"]
            if logit > best.get(example["row"], (-float("inf"), ""))[0]:
                best[example["row"]] = (logit, text)
        guesses: Any = [{"id": str(i), "prediction_text": best.get(i, (0.0, ""))[1]} for i in rows]
        gold: Any = [{"id": str(i), "answers": dict(row["answers"])} for i, row in rows.items()]
        found = squad(guesses, gold)
        return defined({"f1": found["f1"].item() / 100, "exact_match": found["exact_match"].item() / 100})


def _answer(offsets: Sequence[tuple[int, int] | None], answers: Row) -> tuple[int, int]:
    """First and last token of the first gold answer, or [CLS] twice if it is not wholly in the window."""
    begin = answers["answer_start"][0]
    stop = begin + len(answers["text"][0])
    inside = [i for i, o in enumerate(offsets) if o is not None and o[0] < stop and o[1] > begin]
    if not inside:
        return 0, 0
    first, last = offsets[inside[0]], offsets[inside[-1]]
    whole = first is not None and last is not None and first[0] <= begin and last[1] >= stop
    return (inside[0], inside[-1]) if whole else (0, 0)


def _text(example: Example, start: int, end: int) -> str:
    first, last = example["offsets"][start], example["offsets"][end]
    return example["data"]["context"][first[0] : last[1]] if first and last else ""
