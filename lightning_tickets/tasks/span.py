"""The answer to a question as a run of words in a text (SQuAD v1.1), over windows of the text."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from lightning_tickets.checks import integer
from lightning_tickets.components import component
from lightning_tickets.errors import UserError
from lightning_tickets.tasks.answers import best_scores
from lightning_tickets.tasks.batches import INPUTS, Batch, Example, Row, pad, portions
from lightning_tickets.tasks.columns import METRICS
from lightning_tickets.tasks.kind import Columns, Score, defined


@component("span", version=3)
class Span:
    """Start and end by cross-entropy; the best span over all windows of a question, at most ``longest`` tokens.

    Windows begin every ``stride`` tokens of the text, questions end after ``question`` tokens. Scored by exact match
    and F1 with the official normalisation, the best over the gold answers.
    """

    head = "tokens"
    draws_when_scored = False
    outputs = 2
    metrics = METRICS["span"]

    def __init__(self, stride: int = 128, longest: int = 30, n_best: int = 20, question: int = 64) -> None:
        self.stride, self.longest = _at_least_one("stride", stride), _at_least_one("longest", longest)
        self.n_best, self.question = _at_least_one("n_best", n_best), _at_least_one("question", question)

    def prepare(self, tokenizer: PreTrainedTokenizerBase, max_length: int) -> None:
        self.tokenizer, self.max_length, self.pad_id = tokenizer, max_length, tokenizer.pad_token_id

    def encode(self, rows: Iterable[Row]) -> Iterator[Example]:
        number = 0
        for portion in portions(rows):
            for row, windows in zip(portion, self._windows(portion), strict=True):
                yield from (window | {"row": number, "data": dict(row)} for window in windows)
                number += 1

    def _windows(self, rows: Sequence[Row]) -> list[list[Example]]:
        """The windows of each row; rows whose questions are equally long are tokenised together."""
        asked = [self._shortened(row["question"]) for row in rows]
        groups: dict[int, list[int]] = defaultdict(list)
        for number, ids in enumerate(self.tokenizer(asked, add_special_tokens=False)["input_ids"]):
            groups[self.max_length - self.tokenizer.num_special_tokens_to_add(pair=True) - len(ids)].append(number)
        windows: list[list[Example]] = [[] for _ in rows]
        for room, members in groups.items():
            if room < 2:
                raise UserError(
                    f"training.max_length={self.max_length} leaves no room for a text after the longest question"
                )
            for member, window in self._group([asked[m] for m in members], [rows[m] for m in members], room):
                windows[members[member]].append(window)
        return windows

    def _group(self, asked: Sequence[str], rows: Sequence[Row], room: int) -> Iterator[tuple[int, Example]]:
        """Windows with the number of their row; neighbours share ``room - stride`` tokens, at least half a window."""
        tokenised = self.tokenizer(
            list(asked),
            [row["context"] for row in rows],
            truncation="only_second",
            max_length=self.max_length,
            stride=max(room - self.stride, room // 2),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        names = [name for name in INPUTS if name in tokenised]
        for window, member in enumerate(tokenised["overflow_to_sample_mapping"]):
            offsets = [
                list(offset) if sequence == 1 else None
                for offset, sequence in zip(
                    tokenised["offset_mapping"][window], tokenised.sequence_ids(window), strict=True
                )
            ]
            start, end = _answer(offsets, rows[member]["answers"])
            yield (
                member,
                {name: tokenised[name][window] for name in names} | {"offsets": offsets, "start": start, "end": end},
            )

    def _shortened(self, question: str) -> str:
        """What its first tokens cover."""
        offsets = self.tokenizer(question, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        return question[: offsets[self.question - 1][1]] if len(offsets) > self.question else question

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

    def terms(self, batch: Batch) -> int:
        return len(batch["input_ids"])

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

    def columns(self, examples: Sequence[Example], predictions: Sequence[Any]) -> Columns:
        """A question each: its id (its number where the data have none), the answer given and the gold answers."""
        best: dict[int, tuple[float, str]] = {}
        rows: dict[int, Row] = {}
        for example, (logit, start, end) in zip(examples, predictions, strict=True):
            text = _text(example, start, end) if 0 <= end - start < self.longest else ""
            rows[example["row"]] = example["data"]
            if logit > best.get(example["row"], (-float("inf"), ""))[0]:
                best[example["row"]] = (logit, text)
        return {
            "id": [row.get("id") or str(number) for number, row in rows.items()],
            "guess": [best.get(number, (0.0, ""))[1] for number in rows],
            "gold": [row["answers"]["text"] for row in rows.values()],
        }

    def score(self, columns: Columns) -> Score:
        scores = [best_scores(guess, gold) for guess, gold in zip(columns["guess"], columns["gold"], strict=True)]
        each = dict(zip(("f1", "exact_match"), zip(*scores, strict=True), strict=True))
        return defined({name: sum(values) / len(scores) for name, values in each.items()}, {**columns, **each})


def _at_least_one(option: str, value: int) -> int:
    return int(integer(1)(f"task.kind.{option}", value))


def _answer(offsets: Sequence[list[int] | None], answers: Row) -> tuple[int, int]:
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
