"""Answers in windows: where the gold answer falls, and which span is taken."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from lightning_tickets.tasks.kind import score_predictions
from lightning_tickets.tasks.span import Span
from tests.checks import one_line

CONTEXT = "the horse pulls the hats . the dog dislikes the old shirt daily . mary likes the cat ."


def answered(answer: str, context: str = CONTEXT) -> dict[str, Any]:
    """A row whose question has this answer."""
    answers = {"text": [answer], "answer_start": [context.index(answer)]}
    return {"question": "who likes the cat ?", "context": context, "answers": answers}


ROW, SHORT = answered("mary"), answered("mary", "mary likes the cat .")
Windows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def prepare(tokenizer) -> Callable[..., Span]:
    """A span task for windows of a length, which begin every six tokens unless said otherwise."""

    def prepared(length: int, **options: int) -> Span:
        kind = Span(**{"stride": 6} | options)
        kind.prepare(tokenizer, length)
        return kind

    return prepared


@pytest.fixture(scope="module")
def windows(prepare) -> Windows:
    """The windows of a context longer than one of them."""
    return list(prepare(20).encode([ROW]))


@pytest.fixture(scope="module")
def whole(prepare) -> dict[str, Any]:
    """The same context in one window."""
    (window,) = prepare(48).encode([ROW])
    return dict(window)


def text(example: dict[str, Any], first: int, last: int) -> str:
    return CONTEXT[example["offsets"][first][0] : example["offsets"][last][1]]


def test_a_long_context_gives_windows_that_cover_it(windows: Windows, whole) -> None:
    assert len(windows) > 2 and all(len(window["input_ids"]) <= 20 for window in windows)
    covered = {tuple(offset) for window in windows for offset in window["offsets"] if offset}
    assert covered == {tuple(offset) for offset in whole["offsets"] if offset}


@pytest.mark.parametrize(("stride", "step"), [(1, 1), (4, 4), (6, 6), (7, 6), (128, 6)])
def test_windows_begin_every_stride_tokens_and_share_half_at_least(stride: int, step: int, prepare, whole) -> None:
    tokens = [offset for offset in whole["offsets"] if offset]
    room = 20 - 3 - len(prepare(48).tokenizer(ROW["question"], add_special_tokens=False)["input_ids"])
    firsts = [next(offset for offset in w["offsets"] if offset) for w in prepare(20, stride=stride).encode([ROW])]
    assert [tokens.index(first) for first in firsts] == [step * k for k in range(1 - (room - len(tokens)) // step)]


def test_rows_keep_their_order_whatever_their_questions_length(prepare) -> None:
    rows = [ROW | {"question": "who " * n + "likes the cat ?"} for n in (3, 1, 2, 1, 3)]
    windows = list(prepare(20, stride=4).encode(rows))
    assert [window["row"] for window in windows] == sorted(window["row"] for window in windows)
    questions = {window["row"]: window["data"]["question"] for window in windows}
    assert questions == {number: row["question"] for number, row in enumerate(rows)}


def test_a_question_is_cut_after_so_many_tokens_and_refused_if_it_leaves_no_room(prepare) -> None:
    (cut,) = prepare(48, question=2).encode([ROW])
    (short,) = prepare(48).encode([ROW | {"question": "who likes"}])
    assert cut["input_ids"] == short["input_ids"]
    assert "training.max_length=8 leaves no room" in one_line(lambda: list(prepare(8).encode([ROW])))


def test_an_answer_is_in_the_windows_that_have_all_of_it_and_cls_in_others(prepare, windows: Windows) -> None:
    outside = [w for w in windows if not any(o and o[0] == CONTEXT.index("mary") for o in w["offsets"])]
    assert outside and {(w["start"], w["end"]) for w in outside} == {(0, 0)}
    assert {text(w, w["start"], w["end"]) for w in windows if w["start"]} == {"mary"}
    cut = list(prepare(16, stride=2).encode([answered(CONTEXT[CONTEXT.index("the horse") : 62])]))
    assert {(w["start"], w["end"]) for w in cut} == {(0, 0)}


def test_no_question_token_may_be_the_answer(prepare) -> None:
    kind = prepare(48)
    batch = kind.collate(list(kind.encode([ROW])), None)
    logits = torch.zeros(1, batch["input_ids"].shape[1], 2)
    logits[0, 0], logits[0, 2] = 50.0, 50.0  # [CLS] and a word of the question
    logits[0, 9], logits[0, 10] = torch.tensor([5.0, 0.0]), torch.tensor([0.0, 5.0])
    assert kind.predict(logits, batch) == [(10.0, 9, 10)]


def test_padding_may_not_be_the_answer_and_has_no_part_in_the_loss(prepare) -> None:
    """The loss is the mean of two cross-entropies, here over equal logits of each row's own tokens."""
    kind = prepare(48)
    batch = kind.collate(list(kind.encode([ROW, SHORT])), None)
    logits = torch.zeros(*batch["input_ids"].shape, 2)
    lengths = batch["attention_mask"].sum(1).double()
    assert kind.loss(logits, batch).item() == pytest.approx(lengths.log().mean().item(), abs=1e-5)
    logits[:, -1] = 50.0
    _, first, last = kind.predict(logits, batch)[1]
    assert batch["allowed"][1, first] and batch["allowed"][1, last]


@pytest.mark.parametrize("longest", [1, 2, 5, 30])
def test_the_best_span_is_that_of_all_pairs(longest: int, prepare) -> None:
    """Against looking at every pair of tokens, one by one."""
    kind = prepare(48, longest=longest, n_best=48)
    batch = kind.collate(list(kind.encode([ROW] * 20)), None)
    logits = torch.randn(*batch["input_ids"].shape, 2, generator=torch.Generator().manual_seed(longest))
    for row, (total, first, last) in enumerate(kind.predict(logits, batch)):
        inside = batch["allowed"][row].nonzero().flatten().tolist()
        pairs = [(s, e) for s in inside for e in inside if s <= e < s + longest]
        sums = {(s, e): float(logits[row, s, 0] + logits[row, e, 1]) for s, e in pairs}
        assert (first, last) == max(sums, key=lambda pair: sums[pair]) and total == pytest.approx(sums[first, last])


def test_an_answer_is_never_longer_than_allowed(prepare, whole) -> None:
    """Even where none of the n best starts and ends go together."""
    kind = prepare(48, longest=2, n_best=1)
    batch = kind.collate([whole], None)
    logits = torch.zeros(1, batch["input_ids"].shape[1], 2)
    logits[0, 9, 0] = logits[0, 15, 1] = 5.0
    examples = list(kind.encode([answered(text(whole, 9, 15))]))
    assert score_predictions(kind, examples, kind.predict(logits, batch)).metrics["exact_match"] == 0


def test_the_best_window_of_a_question_answers_it(prepare, windows: Windows) -> None:
    right = next(i for i, window in enumerate(windows) if window["start"])
    predictions = [(1.0, *[next(k for k, o in enumerate(w["offsets"]) if o)] * 2) for w in windows]
    for logit, exact in ((2.0, 1.0), (0.5, 0.0)):
        predictions[right] = (logit, windows[right]["start"], windows[right]["end"])
        assert score_predictions(prepare(20), windows, predictions).metrics["exact_match"] == exact


def test_a_question_counts_once_however_many_windows_it_has(prepare) -> None:
    examples = list(prepare(20).encode([ROW, SHORT]))
    predictions = [(1.0, e["start"], e["end"]) if e["row"] == 1 else (1.0, 0, 0) for e in examples]
    assert score_predictions(prepare(20), examples, predictions).metrics == pytest.approx(
        {"f1": 0.5, "exact_match": 0.5}
    )


def test_the_default_stride_may_exceed_the_pocket_length(tokenizer) -> None:
    (kind := Span()).prepare(tokenizer, 48)
    assert [window["row"] for window in kind.encode([ROW])] == [0]
