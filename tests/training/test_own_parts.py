"""An optimiser and metrics of one's own: a YAML and a function each, without renaming any other run."""

from dataclasses import replace

import pytest
from torch import nn

from lightning_tickets.errors import UserError
from lightning_tickets.tasks import classification
from lightning_tickets.tasks.columns import COLUMNS
from lightning_tickets.tickets.mask_file import load_ticket
from lightning_tickets.tickets.result import TICKET, columns_of
from lightning_tickets.tickets.score import score_run
from lightning_tickets.tickets.search import find_ticket
from lightning_tickets.tickets.workbench import Workbench
from lightning_tickets.training.optimizers import make_optimizer
from tests.checks import one_line, same

SGD = ["optimizer=sgd", "training.learning_rate=0.05", "training.weight_decay=0.1"]
DERIVE = "lightning_tickets.seeds.derive"
RMSPROP = ["optimizer._target_=torch.optim.RMSprop", "+optimizer.alpha=0.9"]


def balanced(guess, label):
    """Mean of the classes' accuracies."""
    right = {c: [g == c for g, true in zip(guess, label, strict=True) if true == c] for c in set(label)}
    return sum(sum(r) / len(r) for r in right.values()) / len(right)


def never(label):
    return float("nan")


def metric(name, function):
    return f"+task.metrics.{name}._target_={__name__}.{function}"


@pytest.mark.parametrize("optimizer", [SGD, RMSPROP], ids=["sgd", "rmsprop"])
def test_a_chain_under_another_optimiser(optimizer, context, tiny_run, monkeypatch):
    run = tiny_run("task=cola", "sparsity=20", "rewind=0.5", *optimizer)
    made, plain = [], Workbench.train
    monkeypatch.setattr(Workbench, "train", lambda *a, **k: made.append((a[3], plain(*a, **k))) or made[-1][1])
    score_run(run, context)
    for mask, trained in made:
        assert all(bool((trained.weights[name][~m] == 0).all()) for name, m in mask.items())
        assert all(bool((trained.weights[name] != 0).any()) for name in mask)
    find_ticket(adam := tiny_run("task=cola", "sparsity=20", "rewind=0.5").mask, context)
    one, other = (load_ticket(context.store.path(mask.name) / TICKET)[0] for mask in (run.mask, adam))
    assert not same(one, other)


@pytest.mark.parametrize(
    ("momentum", "nesterov", "expected"), [(-1, False, "a number >= 0"), (0, True, "a number > 0")]
)
def test_a_momentum_out_of_range_is_named(momentum, nesterov, expected, tiny_run):
    given = f"optimizer.momentum={momentum}"
    settings = tiny_run("optimizer=sgd", given, f"optimizer.nesterov={nesterov}").problem.training
    assert one_line(make_optimizer, nn.Linear(2, 2), nn.Linear(2, 2), settings) == f"{given}: expected {expected}"


def test_adamw_is_the_default_and_not_part_of_a_name(tiny_run):
    assert tiny_run("task=cola", "optimizer=adamw").name == tiny_run("task=cola").name
    assert tiny_run("task=cola").problem.training.optimizer is None
    names = {tiny_run("task=cola", "optimizer=sgd", *more).name for more in ([], ["optimizer.momentum=0.5"])}
    assert len(names | {tiny_run("task=cola").name}) == 3


def test_a_metric_of_ones_own_is_reported_and_can_be_the_tasks(context, tiny_run):
    plain = tiny_run("task=cola", "subnetwork=full")
    run = tiny_run("task=cola", "subnetwork=full", metric("balanced", "balanced"), "task.metric=balanced")
    assert run.name != plain.name and replace(run.problem.task, metrics=(), metric="matthews") == plain.problem.task
    result, before = score_run(run, context), score_run(plain, context)
    columns = columns_of(context.store, run.name)
    assert result.score == result.metrics["balanced"] == balanced(columns["guess"], columns["label"])
    assert {name: value for name, value in result.metrics.items() if name != "balanced"} == before.metrics


def test_a_metric_without_a_value_is_flagged(context, tiny_run):
    result = score_run(tiny_run("task=cola", "subnetwork=full", metric("never", "never")), context)
    assert result.metrics["never"] == 0 and result.undefined == ("never",)


def test_held_out_rows_are_scored_by_it_too(context, tiny_run):
    run = tiny_run("task=cola", "subnetwork=full", "data.holdout=0.2", metric("balanced", "balanced"))
    assert "held_out.balanced" in score_run(run, context).metrics


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["task=cola", f"optimizer._target_={DERIVE}"], f"^optimizer: {DERIVE} needs 'purpose'"),
        (["task=stsb", metric("b", "balanced")], "task.metrics.b: .*balanced needs 'label'; .* guess, target"),
        (["task=cola", metric("b", "nothing")], "task.metrics.b._target_=.*expected the import path"),
    ],
)
def test_a_part_that_cannot_be_called_is_refused(overrides, message, tiny_run):
    with pytest.raises(UserError, match=message):
        tiny_run(*overrides)


def test_a_name_that_the_suite_has_is_refused(tiny_run):
    with pytest.raises(UserError, match="task.metrics.accuracy: a metric of the suite has this name"):
        tiny_run("task=cola", "subnetwork=full", metric("accuracy", "balanced"))


def test_a_name_that_the_kind_has_is_refused(context, tiny_run, monkeypatch):
    """A kind of one's own is not known before it trains."""
    monkeypatch.setattr(classification, "classification_metrics", lambda *_: ("matthews", "own"))
    with pytest.raises(UserError, match="task.metrics.own: classification has a metric of this name"):
        score_run(tiny_run("task=cola", "subnetwork=full", metric("own", "balanced")), context)


@pytest.mark.parametrize(("task", "family"), zip(["cola", "stsb", "squad", "mlm"], COLUMNS, strict=True))
def test_columns_are_those_of_the_kinds_scores(task, family, context, tiny_run):
    run = tiny_run(f"task={task}", "subnetwork=full", "training.steps=1")
    score_run(run, context)
    assert set(columns_of(context.store, run.name)) == set(COLUMNS[family])
