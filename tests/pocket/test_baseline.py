"""The bag of words: above chance where words tell, and honest about the tasks it can not do."""

import pytest

from benchmarks.pocket_baseline import bag_of_words, majority
from lightning_tickets.pocket.tasks import TASKS


def test_words_alone_tell_little() -> None:
    assert abs(bag_of_words("wnli") - majority("wnli")) < 0.12


def test_words_alone_tell_something_about_acceptability() -> None:
    assert 0.05 < bag_of_words("cola") < 0.6


@pytest.mark.parametrize("task", [t for t, spec in TASKS.items() if spec.kind in ("span", "masked_lm")])
def test_tasks_without_labels_are_refused(task: str) -> None:
    with pytest.raises(ValueError, match=task):
        bag_of_words(task)
