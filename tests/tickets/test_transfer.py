"""A ticket found on one task and trained on another, which has settings and a head of its own."""

import pytest

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.single import run_of
from lightning_tickets.pruning.mask import kept
from lightning_tickets.tickets.rewinding import rewound_to
from lightning_tickets.tickets.score import score_run
from lightning_tickets.tickets.spec import TicketMask
from lightning_tickets.tickets.workbench import Workbench
from tests.checks import same

SHORT = ["training.steps=6", "sparsity=20"]


@pytest.mark.parametrize("source", ["mlm", "squad", "rte"])
def test_a_ticket_is_the_one_that_its_task_finds_for_itself(context, tiny_run, source):
    """Transfer composes the source as if it were typed alone: its kind, its settings, its data."""
    own, moved = tiny_run(f"task={source}", *SHORT), tiny_run("task=cola", f"source={source}", *SHORT)
    assert moved.mask == own.mask and moved.problem.task.name == "cola"
    assert moved.name.startswith(f"cola-imp-of-{source}-s20-seed1-")


def test_the_target_is_trained_as_without_a_ticket_of_another_task(tiny_run):
    assert tiny_run("task=cola", "source=mlm", *SHORT).problem == tiny_run("task=cola", *SHORT).problem


def test_own_settings_by_the_kind_of_task(tiny_bert):
    run = run_of(compose_config(["model=local", f"model.path={tiny_bert}", "task=wnli", "source=mlm", "sparsity=10"]))
    assert isinstance(run.mask, TicketMask)
    assert (run.problem.training.steps, run.mask.search.problem.training.steps) == (600, 100)


def test_the_mask_of_the_source_on_theta_with_a_fresh_head(context, tiny_run, trained):
    run = tiny_run("task=cola", "source=mlm", *SHORT)
    result = score_run(run, context)
    assert [*trained] == [*(one.name for one in run.mask.rounds), run.name]
    start = trained[run.name].start
    assert same(start.theta, Workbench(run.problem, context).theta)
    assert start.gamma is None and start.begin == 0
    assert kept(trained[run.name].mask) == result.kept == run.mask.kept(result.prunable)
    assert result.metric == "matthews"


@pytest.mark.parametrize("rewind", ["0.5", "none"])
def test_a_rewound_ticket_takes_its_chains_weights_along_but_not_its_head(context, tiny_run, trained, rewind):
    run = tiny_run("task=cola", "source=mlm", "subnetwork=rewound", f"rewind={rewind}", *SHORT)
    score_run(run, context)
    start = trained[run.name].start
    assert same(start.theta, rewound_to(run.mask, context.store).encoder)
    assert start.gamma is None and start.begin == 0, "a fresh head and a whole training"


def test_another_task_of_the_same_ticket_finds_it_in_the_store(context, tiny_run, trained):
    score_run(tiny_run("task=cola", "source=mlm", *SHORT), context)
    score_run(tiny_run("task=rte", "source=mlm", *SHORT), context)
    assert sum(name.startswith("find-") for name in trained) == 2


def test_the_training_set_of_the_source_can_be_cut(context, tiny_run):
    """Table 8: this many examples of what the rows are tokenised to; the target keeps all of its own."""
    whole, cut = (tiny_run("task=cola", "source=mlm", *SHORT, *more) for more in ([], ["ticket.examples=9"]))
    assert cut.problem == whole.problem and cut.name != whole.name
    part, first = (Workbench(run.mask.search.problem, context).splits for run in (cut, whole))
    assert len(part.train) == 9 and part.train[8] == first.train[8]
    assert len(part.dev) == len(first.dev)
