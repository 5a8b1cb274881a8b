"""A round of a search for a ticket can be trained otherwise than what is scored, as in the released code."""

import pytest

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.single import run_of

RELEASED = ["training=released", "training.max_length=48"]


def typed(*overrides):
    return run_of(compose_config([*overrides]))


@pytest.mark.parametrize(
    ("task", "scored", "searched"),
    [
        ("squad", (None, 4, 16), (22000, None, 16)),
        ("mlm", (20000, None, 8), (10000, None, 16)),
        ("cola", (None, 3, 32), (None, 3, 32)),
    ],
)
def test_the_released_code_trains_rounds_otherwise(task, scored, searched):
    run = typed(f"task={task}", *RELEASED)
    both = (run.problem.training, run.mask.search.problem.training)
    assert [(one.steps, one.epochs, one.batch_size) for one in both] == [scored, searched]


def test_a_source_is_searched_with_its_own_settings():
    search = typed("task=cola", "source=squad", *RELEASED).mask.search
    assert (search.problem.training.steps, search.problem.training.learning_rate) == (22000, 3e-5)


def test_a_fraction_of_the_examples_is_of_those_that_a_round_sees():
    search = typed("task=cola", "source=mlm", "ticket.examples=0.0536", *RELEASED).mask.search
    assert search.problem.data.examples == 8576  # CoLA's, of 160,000


def test_without_it_both_are_trained_alike():
    run = typed("task=squad", "training=paper", "training.max_length=48")
    assert run.problem.training == run.mask.search.problem.training
