"""Rows of train that are held out: kept from training, scored by every metric, and what picks a sparsity."""

from dataclasses import replace

import pytest

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.composition.single import run_of
from lightning_tickets.data.pocket import Pocket
from lightning_tickets.errors import UserError
from lightning_tickets.models.folders import pocket
from lightning_tickets.tickets.examples import load_splits
from lightning_tickets.tickets.result import read_round
from lightning_tickets.tickets.score import score_run
from lightning_tickets.tickets.search import find_ticket
from tests.commands import TASKS

SHORT = ["training.steps=3", "data.train_limit=200", "data.dev_limit=60"]


@pytest.fixture
def context(context):
    return replace(context, folder=pocket())


def run(*overrides):
    return run_of(compose_config([*SHORT, *overrides]))


def examples(context, *overrides):
    return load_splits(run(*overrides).problem, context.source, context.folder, context.cache)[1]


@pytest.mark.parametrize("task", TASKS)
def test_it_is_scored_by_every_metric_of_the_task(context, task):
    result = score_run(run(f"task={task}", "subnetwork=full", "data.holdout=0.2"), context)
    own = {name for name in result.metrics if not name.startswith("held_out.")}
    assert set(result.metrics) - own == {f"held_out.{name}" for name in own}
    assert result.picks == result.metrics[f"held_out.{result.metric}"]


def test_the_last_rows_of_train_are_kept_from_it_and_dev_is_as_it_was(context):
    whole, part = examples(context, "task=rte"), examples(context, "task=rte", "data.holdout=0.25")
    assert whole.held_out is None and (len(part.train), len(part.held_out)) == (150, 50)
    assert [*part.train, *part.held_out] == [*whole.train] and [*part.dev] == [*whole.dev]
    assert len(examples(context, "task=rte", "data.holdout=0.1").train) == 180, "and not what another share has left"


def test_a_whole_split_is_shared_too(context):
    total = Pocket().counts("rte")["train"]
    part = examples(context, "task=rte", "data.train_limit=null", "data.holdout=0.1")
    assert len(part.held_out) == round(0.1 * total) and len(part.train) == total - len(part.held_out)


def test_an_epoch_has_no_step_on_what_is_held_out():
    epochs = ["task=rte", "subnetwork=full", "training.steps=null", "training.epochs=2", "training.batch_size=10"]
    steps = [parse_sweep([*SHORT, *epochs, *more]).requested[0].steps for more in ([], ["data.holdout=0.25"])]
    assert steps == [40, 30]


def test_a_search_has_it_in_every_round(context):
    mask = run("task=cola", "sparsity=20", "data.holdout=0.2").mask
    find_ticket(mask, context)
    for one in mask.rounds:
        result = read_round(context.store, one)
        assert result.picks == result.metrics[f"held_out.{result.metric}"]


def test_without_it_nothing_is_renamed_and_with_it_everything_is():
    plain, part = run("task=cola"), run("task=cola", "data.holdout=0.2")
    assert plain == run("task=cola", "data.holdout=null") and plain.name != part.name
    assert plain.ticket.name != part.ticket.name


@pytest.mark.parametrize("share", ["0", "1", "-0.1", "true", "half", "0.001", "0.999"])
def test_a_share_that_leaves_nothing_on_a_side(share):
    with pytest.raises(UserError, match=r"data\.holdout="):
        run("task=rte", f"data.holdout={share}")


def test_what_shows_it_says_so():
    study = ["experiment=table2", "study.tasks=[rte]", "study.exhibits.table2.sparsities=[50]"]
    plain, part = (parse_sweep([*study, *more]).fill_exhibits()[0] for more in ([], ["data.holdout=0.1"]))
    assert [note for note in part.notes if note not in plain.notes] == [
        "10 % of train, its last rows, are held out: on them the sparsities of winning tickets are picked, "
        "on dev all are judged."
    ]
