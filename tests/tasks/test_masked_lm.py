"""Which tokens are asked and what stands in their place (Devlin et al. 2019, section 3.1)."""

import copy
import math
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from lightning_tickets.tasks.batches import IGNORED, pad
from lightning_tickets.tasks.masked_lm import MaskedLM
from tests.checks import nothing_drawn, one_line


@pytest.fixture(scope="module")
def kind(tokenizer) -> MaskedLM:
    made = MaskedLM()
    made.prepare(tokenizer, 48)
    return made


@pytest.fixture(scope="module")
def examples(kind, dev_rows) -> list[dict[str, Any]]:
    return list(kind.encode(dev_rows("mlm")))


def ordinary(kind: MaskedLM, ids: torch.Tensor) -> torch.Tensor:
    return ~torch.isin(ids, torch.tensor(kind.tokenizer.all_special_ids))


@pytest.fixture(scope="module")
def many(kind, examples) -> SimpleNamespace:
    """60 examples corrupted fifty times: ids, inputs and labels; which tokens are asked, and which may be."""
    drawn = [kind.collate(examples, seed) for seed in range(50)]
    ids = pad(examples, kind.pad_id)["input_ids"].expand(50, -1, -1)
    inputs, labels = (torch.stack([batch[name] for batch in drawn]) for name in ("input_ids", "asked"))
    asked, possible = labels != IGNORED, ordinary(kind, ids)
    return SimpleNamespace(ids=ids, inputs=inputs, labels=labels, asked=asked, possible=possible)


def near(count: torch.Tensor, of: torch.Tensor | int, share: float) -> bool:
    """Within five standard deviations of a binomial."""
    return abs(int(count) - int(of) * share) <= 5 * math.sqrt(int(of) * share * (1 - share))


def test_fifteen_percent_are_asked_at_every_place_equally_often(many) -> None:
    assert near(many.asked.sum(), many.possible.sum(), 0.15)
    places = zip(many.asked.sum((0, 1)), many.possible.sum((0, 1)), strict=True)
    assert all(near(asked, possible, 0.15) for asked, possible in places)


def test_what_is_asked_is_the_token_that_stood_there_and_never_a_special_one(many) -> None:
    assert not (many.asked & ~many.possible).any()
    assert torch.equal(many.labels[many.asked], many.ids[many.asked])


def test_eighty_percent_are_masked_ten_are_another_token_and_ten_are_as_they_are(kind, many) -> None:
    inputs, ids = many.inputs[many.asked], many.ids[many.asked]
    masked, same = inputs == kind.tokenizer.mask_token_id, inputs == ids
    hit = 0.1 / len(kind.ordinary)  # another token that happens to be the same
    assert near(masked.sum(), len(ids), 0.8)
    assert near((~same & ~masked).sum(), len(ids), 0.1 - hit) and near(same.sum(), len(ids), 0.1 + hit)
    assert ordinary(kind, inputs[~masked]).all()


def test_tokens_that_are_not_asked_are_as_they_are(many) -> None:
    assert torch.equal(many.inputs[~many.asked], many.ids[~many.asked])


def test_training_corruption_depends_on_its_seed_only(kind, examples) -> None:
    with nothing_drawn():
        first = kind.collate(examples[:8], 5)
    torch.manual_seed(99)
    torch.rand(7)
    second, other = kind.collate(examples[:8], 5), kind.collate(examples[:8], 6)
    assert torch.equal(first["asked"], second["asked"]) and torch.equal(first["input_ids"], second["input_ids"])
    assert not torch.equal(first["asked"], other["asked"])


def test_evaluation_masks_do_not_depend_on_the_batch(kind, examples) -> None:
    together = kind.collate(examples[:10], None)
    for row, example in enumerate(examples[:10]):
        alone = kind.collate([example], None)
        for name in ("input_ids", "asked"):
            assert torch.equal(alone[name][0], together[name][row, : alone[name].shape[1]])


def asked(kind: MaskedLM, examples: list[dict[str, Any]]) -> list[list[int]]:
    return [kind.collate([example], None)["asked"][0].tolist() for example in examples]


def test_evaluation_masks_are_the_same_for_every_evaluation_and_ask_of_every_example(
    kind, examples, tokenizer, dev_rows
) -> None:
    again = MaskedLM()
    again.prepare(tokenizer, 48)
    assert asked(again, list(again.encode(dev_rows("mlm")))) == asked(kind, examples)
    assert all(max(one) >= 0 for one in asked(kind, examples))


def test_evaluation_masks_differ_between_equal_texts(kind) -> None:
    first, second = asked(kind, list(kind.encode([{"first": "the dog sees the old cat and likes the horse ."}] * 2)))
    assert first != second


LINES = ["the dog sees the old cat .", "", "and likes the horse .", "mary likes the cat ."] * 7


def blocks(tokenizer, length: int, lines: list[str]) -> list[dict[str, Any]]:
    kind = MaskedLM()
    kind.prepare(tokenizer, length)
    return list(kind.encode({"text": line} for line in lines))


def test_running_text_is_joined_and_cut_into_whole_blocks(tokenizer, monkeypatch) -> None:
    joined = tokenizer(" ".join(LINES), add_special_tokens=False)["input_ids"]
    whole = blocks(tokenizer, 12, LINES)
    ids = [example["input_ids"] for example in whole]
    assert len(ids) == len(joined) // 10 and {len(block) for block in ids} == {12}
    assert sum((block[1:-1] for block in ids), []) == joined[: 10 * len(ids)]
    assert {(block[0], block[-1]) for block in ids} == {(tokenizer.cls_token_id, tokenizer.sep_token_id)}
    monkeypatch.setattr("lightning_tickets.tasks.batches.PORTION", 3)
    assert blocks(tokenizer, 12, LINES) == whole, "however many rows are tokenised at once"


def test_text_shorter_than_a_block_gives_none(tokenizer) -> None:
    assert blocks(tokenizer, 40, ["the dog ."]) == [] == blocks(tokenizer, 40, [])


def test_the_loss_is_over_asked_tokens_only(kind, examples) -> None:
    batch = kind.collate(examples[:8], 5)
    logits = torch.randn(*batch["asked"].shape, len(kind.tokenizer), generator=torch.Generator().manual_seed(0))
    everywhere = torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch["asked"].flatten(), ignore_index=IGNORED)
    assert kind.loss(logits[batch["asked"] != IGNORED], batch).item() == pytest.approx(everywhere.item(), abs=1e-6)


def without(tokenizer, name: str) -> Any:
    """A copy of the tokenizer that lacks one of its special tokens."""
    lacking = copy.deepcopy(tokenizer)
    setattr(lacking, name, None)
    return lacking


def test_a_tokenizer_without_a_mask_is_refused(tokenizer) -> None:
    message = "model: the tokenizer has no mask_token; expected one for masked LM"
    assert one_line(MaskedLM().prepare, without(tokenizer, "mask_token"), 48) == message


@pytest.mark.parametrize("name", ["cls_token", "sep_token"])
def test_running_text_needs_the_tokens_around_it(tokenizer, name) -> None:
    message = "the tokenizer has no cls_token or no sep_token; expected both for running text"
    assert one_line(blocks, without(tokenizer, name), 12, LINES) == message
