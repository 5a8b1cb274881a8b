"""Which tokens are asked and what is shown in their place (Devlin et al. 2019, section 3.1)."""

import math
from typing import Any

import pytest
import torch

from lightning_tickets.tasks.batches import pad
from lightning_tickets.tasks.masked_lm import IGNORED, MaskedLM


@pytest.fixture(scope="module")
def kind(tokenizer) -> MaskedLM:
    made = MaskedLM()
    made.prepare(tokenizer, 48)
    return made


@pytest.fixture(scope="module")
def examples(kind, dev_rows) -> list[dict[str, Any]]:
    return list(kind.encode(dev_rows("mlm")))


@pytest.fixture(scope="module")
def many(kind, examples) -> dict[str, torch.Tensor]:
    """60 examples corrupted anew fifty times, side by side: the ids, what is shown, what is asked."""
    clean = pad(examples, kind.pad_id)["input_ids"]
    drawn = [kind.collate(examples, seed) for seed in range(50)]
    return {
        "ids": clean.expand(50, -1, -1),
        "shown": torch.stack([batch["input_ids"] for batch in drawn]),
        "asked": torch.stack([batch["asked"] for batch in drawn]),
    }


def near(count: int, of: int, share: float) -> bool:
    """Within five standard deviations of a binomial."""
    return abs(count - of * share) <= 5 * math.sqrt(of * share * (1 - share))


def ordinary(kind: MaskedLM, ids: torch.Tensor) -> torch.Tensor:
    return ~torch.isin(ids, torch.tensor(kind.tokenizer.all_special_ids))


def test_fifteen_percent_are_asked(kind, many) -> None:
    asked = many["asked"] != IGNORED
    assert near(int(asked.sum()), int(ordinary(kind, many["ids"]).sum()), 0.15)


def test_every_place_is_asked_equally_often(kind, many) -> None:
    asked = (many["asked"] != IGNORED).sum((0, 1))
    possible = ordinary(kind, many["ids"]).sum((0, 1))
    assert all(near(int(a), int(p), 0.15) for a, p in zip(asked, possible, strict=True))


def test_special_tokens_are_never_asked(kind, many) -> None:
    asked = many["asked"] != IGNORED
    assert not (asked & ~ordinary(kind, many["ids"])).any()


def test_what_is_asked_is_the_token_that_stood_there(many) -> None:
    asked = many["asked"] != IGNORED
    assert torch.equal(many["asked"][asked], many["ids"][asked])


def test_eighty_percent_are_shown_as_mask(kind, many) -> None:
    asked = many["asked"] != IGNORED
    masked = many["shown"][asked] == kind.tokenizer.mask_token_id
    assert near(int(masked.sum()), int(asked.sum()), 0.8)


def test_ten_percent_are_shown_as_another_and_ten_as_they_are(kind, many) -> None:
    asked = many["asked"] != IGNORED
    shown, ids = many["shown"][asked], many["ids"][asked]
    hit = 0.1 / len(kind.ordinary)  # another token that happens to be the same
    other = (shown != ids) & (shown != kind.tokenizer.mask_token_id)
    assert near(int(other.sum()), len(ids), 0.1 - hit) and near(int((shown == ids).sum()), len(ids), 0.1 + hit)


def test_another_token_is_an_ordinary_one(kind, many) -> None:
    asked = many["asked"] != IGNORED
    shown = many["shown"][asked]
    assert ordinary(kind, shown[shown != kind.tokenizer.mask_token_id]).all()


def test_tokens_that_are_not_asked_are_shown_as_they_are(many) -> None:
    rest = many["asked"] == IGNORED
    assert torch.equal(many["shown"][rest], many["ids"][rest])


def test_training_corruption_depends_on_its_seed_only(kind, examples) -> None:
    first = kind.collate(examples[:8], 5)
    torch.manual_seed(99)
    torch.rand(7)
    second, other = kind.collate(examples[:8], 5), kind.collate(examples[:8], 6)
    assert torch.equal(first["asked"], second["asked"]) and torch.equal(first["input_ids"], second["input_ids"])
    assert not torch.equal(first["asked"], other["asked"])


def test_training_corruption_moves_no_global_generator(kind, examples) -> None:
    before = torch.random.get_rng_state()
    kind.collate(examples[:8], 5)
    assert torch.equal(before, torch.random.get_rng_state())


def test_evaluation_masks_do_not_depend_on_the_batch(kind, examples) -> None:
    together = kind.collate(examples[:10], None)
    for row, example in enumerate(examples[:10]):
        alone = kind.collate([example], None)
        for name in ("input_ids", "asked"):
            assert torch.equal(alone[name][0], together[name][row, : alone[name].shape[1]])


def asked(kind: MaskedLM, examples: list[dict[str, Any]]) -> list[list[int]]:
    return [kind.collate([example], None)["asked"][0].tolist() for example in examples]


def test_evaluation_masks_are_the_same_for_every_evaluation(kind, examples, tokenizer, dev_rows) -> None:
    again = MaskedLM()
    again.prepare(tokenizer, 48)
    assert asked(again, list(again.encode(dev_rows("mlm")))) == asked(kind, examples)


def test_evaluation_masks_differ_between_equal_texts(kind) -> None:
    first, second = asked(kind, list(kind.encode([{"first": "the dog sees the old cat and likes the horse ."}] * 2)))
    assert first != second


def test_every_evaluated_example_asks_something(kind, examples) -> None:
    assert all(max(one) >= 0 for one in asked(kind, examples))


LINES = ["the dog sees the old cat .", "", "and likes the horse .", "mary likes the cat ."] * 7


def blocks(tokenizer, length: int, lines: list[str]) -> list[dict[str, Any]]:
    kind = MaskedLM()
    kind.prepare(tokenizer, length)
    return list(kind.encode({"text": line} for line in lines))


def test_running_text_is_joined_and_cut_into_whole_blocks(tokenizer) -> None:
    joined = tokenizer(" ".join(LINES), add_special_tokens=False)["input_ids"]
    found = blocks(tokenizer, 12, LINES)
    assert len(found) == len(joined) // 10 and {len(example["input_ids"]) for example in found} == {12}
    assert sum((example["input_ids"][1:-1] for example in found), []) == joined[: 10 * len(found)]
    ends = {(example["input_ids"][0], example["input_ids"][-1]) for example in found}
    assert ends == {(tokenizer.cls_token_id, tokenizer.sep_token_id)}


def test_blocks_do_not_depend_on_how_many_rows_are_tokenised_at_once(tokenizer, monkeypatch) -> None:
    whole = blocks(tokenizer, 12, LINES)
    monkeypatch.setattr("lightning_tickets.tasks.batches.PORTION", 3)
    assert blocks(tokenizer, 12, LINES) == whole


def test_text_shorter_than_a_block_gives_none(tokenizer) -> None:
    assert blocks(tokenizer, 40, ["the dog ."]) == [] == blocks(tokenizer, 40, [])


def test_the_loss_is_over_asked_tokens_only(kind, examples) -> None:
    batch = kind.collate(examples[:8], 5)
    logits = torch.randn(*batch["asked"].shape, len(kind.tokenizer), generator=torch.Generator().manual_seed(0))
    everywhere = torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch["asked"].flatten(), ignore_index=IGNORED)
    assert kind.loss(logits[batch["asked"] != IGNORED], batch).item() == pytest.approx(everywhere.item(), abs=1e-6)
