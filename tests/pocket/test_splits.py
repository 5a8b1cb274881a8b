"""No sentence of a development set is seen in training."""

import pytest

from benchmarks.pocket_leaks import Leak, dev_splits, find_leaks
from lightning_tickets.pocket.splits import belongs, is_held_out
from lightning_tickets.pocket.tasks import SIZES


@pytest.fixture(scope="module")
def leaks() -> dict[tuple[str, str, str], Leak]:
    return {(size, leak.task, leak.split): leak for size in SIZES for leak in find_leaks(2000, size=size)}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("task", "split"), dev_splits())
def test_nothing_of_a_development_set_is_seen(
    task: str, split: str, size: str, leaks: dict[tuple[str, str, str], Leak]
) -> None:
    leak = leaks[size, task, split]
    assert leak.sentences > 100
    assert (leak.in_training, leak.in_corpus, leak.whole) == (0, 0, 0)


def test_about_a_third_of_the_sentences_is_held_out() -> None:
    share = sum(is_held_out(f"anna likes {i}") for i in range(3000)) / 3000
    assert abs(share - 1 / 3) < 0.03


def test_a_pair_with_sentences_of_both_sides_belongs_to_neither() -> None:
    sentences = [f"anna helps mary {i} times" for i in range(20)]
    held = next(s for s in sentences if is_held_out(s)).split()
    free = next(s for s in sentences if not is_held_out(s)).split()
    assert not belongs(held, free, True) and not belongs(held, free, False)
    assert not belongs(held, held, True)
    assert belongs(held, ["yes"], True) and belongs(free, ["yes"], False)


def test_a_pair_of_short_sentences_is_split_as_a_whole() -> None:
    pairs = [(["anna", "is", "sad"], [f"{i}"]) for i in range(40)]
    sides = {belongs(first, second, True) for first, second in pairs}
    assert sides == {True, False}
    assert all(belongs(a, b, True) != belongs(a, b, False) for a, b in pairs)
