"""Answers in windows: where the gold answer falls, and which span is taken."""

from typing import Any

import pytest
import torch

from lightning_tickets.errors import UserError
from lightning_tickets.tasks.span import Span

CONTEXT = "the horse pulls the hats . the dog dislikes the old shirt daily . mary likes the cat ."
ROW = {
    "question": "who likes the cat ?",
    "context": CONTEXT,
    "answers": {"text": ["mary"], "answer_start": [CONTEXT.index("mary")]},
}


def prepared(tokenizer: Any, length: int, **options: int) -> Span:
    kind = Span(**options)
    kind.prepare(tokenizer, length)
    return kind


def text(example: dict[str, Any], first: int, last: int) -> str:
    return CONTEXT[example["offsets"][first][0] : example["offsets"][last][1]]


def test_a_long_context_gives_windows(tokenizer) -> None:
    windows = list(prepared(tokenizer, 20, stride=6).encode([ROW]))
    assert len(windows) > 2 and all(len(window["input_ids"]) <= 20 for window in windows)


def begins(windows: list[dict[str, Any]], whole: dict[str, Any]) -> list[int]:
    """Which token of the text each window begins with."""
    tokens = [offset for offset in whole["offsets"] if offset]
    return [tokens.index(next(offset for offset in window["offsets"] if offset)) for window in windows]


@pytest.mark.parametrize(("stride", "wanted"), [(1, 1), (4, 4), (6, 6), (7, 6), (128, 6)])
def test_windows_begin_every_stride_tokens_and_share_half_at_least(stride: int, wanted: int, tokenizer) -> None:
    (whole,) = prepared(tokenizer, 48).encode([ROW])
    windows = list(prepared(tokenizer, 20, stride=stride).encode([ROW]))
    tokens = sum(offset is not None for offset in whole["offsets"])
    room = 20 - 3 - len(tokenizer(ROW["question"], add_special_tokens=False)["input_ids"])
    assert begins(windows, whole) == [wanted * k for k in range(1 - (room - tokens) // wanted)]


def test_rows_keep_their_order_whatever_their_questions_length(tokenizer) -> None:
    rows = [ROW | {"question": "who " * n + "likes the cat ?"} for n in (3, 1, 2, 1, 3)]
    windows = list(prepared(tokenizer, 20, stride=4).encode(rows))
    assert [window["row"] for window in windows] == sorted(window["row"] for window in windows)
    assert {window["row"]: window["data"]["question"] for window in windows} == {
        number: row["question"] for number, row in enumerate(rows)
    }


def test_a_question_is_cut_after_so_many_tokens(tokenizer) -> None:
    (cut,) = prepared(tokenizer, 48, question=2).encode([ROW])
    (short,) = prepared(tokenizer, 48).encode([ROW | {"question": "who likes"}])
    assert cut["input_ids"] == short["input_ids"]


def test_a_question_that_leaves_no_room_is_refused(tokenizer) -> None:
    with pytest.raises(UserError, match="training.max_length=8 leaves no room"):
        list(prepared(tokenizer, 8).encode([ROW]))


def test_the_windows_cover_the_whole_context(tokenizer) -> None:
    windows = list(prepared(tokenizer, 20, stride=6).encode([ROW]))
    covered = {tuple(offset) for window in windows for offset in window["offsets"] if offset}
    (whole,) = list(prepared(tokenizer, 48, stride=6).encode([ROW]))
    assert covered == {tuple(offset) for offset in whole["offsets"] if offset}


def test_an_answer_outside_the_window_is_cls(tokenizer) -> None:
    windows = list(prepared(tokenizer, 20, stride=6).encode([ROW]))
    without = [w for w in windows if not any(o and o[0] == CONTEXT.index("mary") for o in w["offsets"])]
    assert without and {(w["start"], w["end"]) for w in without} == {(0, 0)}


def test_an_answer_inside_the_window_is_found_again(tokenizer) -> None:
    windows = list(prepared(tokenizer, 20, stride=6).encode([ROW]))
    found = {text(w, w["start"], w["end"]) for w in windows if w["start"]}
    assert found == {"mary"}


def test_an_answer_cut_by_the_window_is_cls(tokenizer) -> None:
    start = CONTEXT.index("the horse")
    row = ROW | {"answers": {"text": [CONTEXT[start:62]], "answer_start": [start]}}
    windows = list(prepared(tokenizer, 16, stride=2).encode([row]))
    assert {(w["start"], w["end"]) for w in windows} == {(0, 0)}


def test_no_question_token_may_be_the_answer(tokenizer) -> None:
    kind = prepared(tokenizer, 48, stride=6)
    batch = kind.collate(list(kind.encode([ROW])), None)
    logits = torch.zeros(1, batch["input_ids"].shape[1], 2)
    logits[0, 0], logits[0, 2] = 50.0, 50.0  # [CLS] and a word of the question
    logits[0, 9], logits[0, 10] = torch.tensor([5.0, 0.0]), torch.tensor([0.0, 5.0])
    assert kind.predict(logits, batch) == [(10.0, 9, 10)]


def test_padding_may_not_be_the_answer(tokenizer) -> None:
    kind = prepared(tokenizer, 48, stride=6)
    short = ROW | {"context": "mary likes the cat .", "answers": {"text": ["mary"], "answer_start": [0]}}
    batch = kind.collate(list(kind.encode([ROW, short])), None)
    logits = torch.zeros(*batch["input_ids"].shape, 2)
    logits[:, -1] = 50.0
    _, first, last = kind.predict(logits, batch)[1]
    assert batch["allowed"][1, first] and batch["allowed"][1, last]


@pytest.mark.parametrize("longest", [1, 2, 5, 30])
def test_the_best_span_is_that_of_all_pairs(longest: int, tokenizer) -> None:
    """Against looking at every pair of tokens, one by one."""
    kind = prepared(tokenizer, 48, stride=6, longest=longest, n_best=48)
    batch = kind.collate(list(kind.encode([ROW] * 20)), None)
    logits = torch.randn(*batch["input_ids"].shape, 2, generator=torch.Generator().manual_seed(longest))
    for row, (total, first, last) in enumerate(kind.predict(logits, batch)):
        inside = batch["allowed"][row].nonzero().flatten().tolist()
        sums = {
            (s, e): float(logits[row, s, 0] + logits[row, e, 1]) for s in inside for e in inside if s <= e < s + longest
        }
        assert (first, last) == max(sums, key=lambda pair: sums[pair]) and total == pytest.approx(sums[first, last])


def test_an_answer_is_never_longer_than_allowed(tokenizer) -> None:
    """Even where none of the n best starts and ends go together."""
    kind = prepared(tokenizer, 48, stride=6, longest=2, n_best=1)
    examples = list(kind.encode([ROW]))
    batch = kind.collate(examples, None)
    logits = torch.zeros(1, batch["input_ids"].shape[1], 2)
    logits[0, 9, 0] = logits[0, 15, 1] = 5.0
    span = text(examples[0], 9, 15)
    row = ROW | {"answers": {"text": [span], "answer_start": [CONTEXT.index(span)]}}
    assert kind.score(list(kind.encode([row])), kind.predict(logits, batch)).metrics["exact_match"] == 0


def test_the_best_window_of_a_question_answers_it(tokenizer) -> None:
    kind = prepared(tokenizer, 20, stride=6)
    examples = list(kind.encode([ROW]))
    right = next(i for i, example in enumerate(examples) if example["start"])
    wrong = [(1.0, *[next(k for k, o in enumerate(e["offsets"]) if o)] * 2) for e in examples]
    for logit, wanted in ((2.0, 1.0), (0.5, 0.0)):
        predictions = list(wrong)
        predictions[right] = (logit, examples[right]["start"], examples[right]["end"])
        assert kind.score(examples, predictions).metrics["exact_match"] == wanted


def test_a_question_counts_once_however_many_windows_it_has(tokenizer) -> None:
    short = ROW | {"context": "mary likes the cat .", "answers": {"text": ["mary"], "answer_start": [0]}}
    kind = prepared(tokenizer, 20, stride=6)
    examples = list(kind.encode([ROW, short]))
    predictions = [(1.0, e["start"], e["end"]) if e["row"] == 1 else (1.0, 0, 0) for e in examples]
    assert kind.score(examples, predictions).metrics == pytest.approx({"f1": 0.5, "exact_match": 0.5})


def test_the_loss_is_the_mean_of_two_cross_entropies_without_padding(tokenizer) -> None:
    kind = prepared(tokenizer, 48, stride=6)
    short = ROW | {"context": "mary likes the cat .", "answers": {"text": ["mary"], "answer_start": [0]}}
    batch = kind.collate(list(kind.encode([ROW, short])), None)
    lengths = batch["attention_mask"].sum(1).double()
    zeros = torch.zeros(*batch["input_ids"].shape, 2)
    assert kind.loss(zeros, batch).item() == pytest.approx(lengths.log().mean().item(), abs=1e-5)


def test_the_stride_may_exceed_the_pocket_length(tokenizer) -> None:
    kind = Span()
    kind.prepare(tokenizer, 48)
    assert [window["row"] for window in list(kind.encode([ROW]))] == [0]
