"""The order of training, which only its own generator decides, and padding."""

import random
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import pytest
import torch

from lightning_tickets.tasks.batches import TrainingOrder, evaluation_order, pad
from tests.checks import nothing_drawn

LENGTHS = random.Random(0).choices(range(3, 40), k=103)
EPOCH = 11  # batches of ten: the last holds three


def order(steps: int = EPOCH, pool: int = 1, seed: int = 1, lengths: Sequence[int] = LENGTHS) -> list[list[int]]:
    return list(TrainingOrder(lengths, 10, steps, pool, seed))


@pytest.mark.parametrize("pool", [1, 4])
@pytest.mark.parametrize("steps", [1, 5, EPOCH, EPOCH + 1, 3 * EPOCH - 1])
def test_exactly_so_many_batches(steps: int, pool: int) -> None:
    assert len(order(steps, pool)) == steps == len(TrainingOrder(LENGTHS, 10, steps, pool, 1))


@pytest.mark.parametrize("pool", [1, 4, 100])
def test_every_example_once_an_epoch_and_one_batch_is_partial(pool: int) -> None:
    batches = order(3 * EPOCH, pool)
    for epoch in range(3):
        seen = Counter(i for batch in batches[epoch * EPOCH : (epoch + 1) * EPOCH] for i in batch)
        assert seen == Counter(range(len(LENGTHS)))
    assert sorted(map(len, order(pool=pool))) == [3] + [10] * 10


def test_the_partial_batch_comes_last_in_plain_order() -> None:
    assert len(order(2 * EPOCH)[EPOCH - 1]) == len(order(2 * EPOCH)[-1]) == 3


@pytest.mark.parametrize("pool", [1, 4])
def test_the_order_depends_on_the_seed_only(pool: int) -> None:
    with nothing_drawn():
        assert order(2 * EPOCH, pool) == order(2 * EPOCH, pool)
    assert order(pool=pool, seed=1) != order(pool=pool, seed=2)


def test_each_epoch_is_in_another_order() -> None:
    batches = order(2 * EPOCH)
    assert batches[:EPOCH] != batches[EPOCH:]


def test_fewer_steps_are_the_beginning_of_more_and_iterating_twice_is_the_same() -> None:
    assert order(3 * EPOCH, 4)[:7] == order(7, 4)
    training = TrainingOrder(LENGTHS, 10, 20, 4, 3)
    assert list(training) == list(training)


def test_a_pool_of_everything_sorts_everything_but_batches_do_not_come_by_length() -> None:
    spans = [(min(LENGTHS[i] for i in b), max(LENGTHS[i] for i in b)) for b in order(pool=100)]
    assert all(before[1] <= after[0] for before, after in pairwise(sorted(spans)))
    longest = [high for _, high in spans]
    assert longest != sorted(longest)


def test_a_pool_mixes_no_examples_of_others() -> None:
    """Sorted within four batches at a time: the batches of the plain order, four by four, hold the same examples."""
    generator = torch.Generator().manual_seed(1)
    drawn = torch.randperm(len(LENGTHS), generator=generator).tolist()
    pools = [set(drawn[k : k + 40]) for k in range(0, len(drawn), 40)]
    assert all(sum(set(batch) <= pool for pool in pools) == 1 for batch in order(pool=4))


def test_pooling_saves_padding() -> None:
    def padded(batches: list[list[int]]) -> int:
        return sum(len(b) * max(LENGTHS[i] for i in b) for b in batches)

    assert sum(LENGTHS) <= padded(order(pool=4)) < padded(order(pool=1))


def test_evaluation_sees_everything_once_and_shortest_first() -> None:
    batches = evaluation_order(LENGTHS, 16, 10**6)
    flat = [i for batch in batches for i in batch]
    assert sorted(flat) == list(range(len(LENGTHS)))
    assert [LENGTHS[i] for i in flat] == sorted(LENGTHS)
    assert {len(batch) for batch in batches[:-1]} == {16}


def test_batches_to_score_on_hold_no_more_than_so_many_tokens() -> None:
    lengths = [5, 300, 7, 384, 128, 384, 40, 384, 3]
    batches = evaluation_order(lengths, 4, 800)
    assert sorted(sum(batches, [])) == list(range(len(lengths)))
    assert all(len(b) <= 4 and len(b) * max(lengths[i] for i in b) <= 800 for b in batches)
    assert evaluation_order([900, 900], 4, 800) == [[0], [1]]


EXAMPLES = [
    {"input_ids": [2, 7, 3], "token_type_ids": [0, 0, 1], "attention_mask": [1, 1, 1], "label": 1},
    {"input_ids": [2, 8, 9, 5, 3], "token_type_ids": [0, 0, 1, 1, 1], "attention_mask": [1, 1, 1, 1, 1], "label": 0},
]


def test_padding_fills_with_the_pad_id_to_the_longest_masked_and_of_the_first_type() -> None:
    batch = pad(EXAMPLES, 99)
    assert batch["input_ids"].tolist() == [[2, 7, 3, 99, 99], [2, 8, 9, 5, 3]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]]
    assert batch["token_type_ids"].tolist() == [[0, 0, 1, 0, 0], [0, 0, 1, 1, 1]]


def test_only_the_inputs_that_the_tokenizer_gives() -> None:
    without = [{n: v for n, v in e.items() if n != "token_type_ids"} for e in EXAMPLES]
    assert set(pad(without, 0)) == {"input_ids", "attention_mask"}
