"""Metrics recomputed from a run's examples are the run's own metrics, for every task there is."""

import random
from unittest.mock import Mock, call

import numpy as np
import pytest
import torch
from scipy import stats
from torchmetrics.functional.classification import binary_f1_score, multiclass_matthews_corrcoef

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.single import run_of
from lightning_tickets.data.pocket import Pocket
from lightning_tickets.models.folders import pocket
from lightning_tickets.runs.store import Store
from lightning_tickets.studies.statistics import bootstrap
from lightning_tickets.studies.statistics.bootstrap import ExampleBootstrap, bootstrap_distributions, resample_counts
from lightning_tickets.studies.statistics.weighted_metrics import weighted_metric
from lightning_tickets.tickets.context import RunContext
from lightning_tickets.tickets.result import columns_of
from lightning_tickets.tickets.score import score_run
from tests.commands import TASKS

SHORT = ["subnetwork=full", "training.steps=30", "data.train_limit=200", "data.dev_limit=120"]


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    root = tmp_path_factory.mktemp("resampling")
    return RunContext(Store(root / "runs"), Pocket(), pocket(), root / "cache")


@pytest.mark.parametrize("task", TASKS)
def test_the_metric_of_the_examples_is_that_of_the_run(context, task):
    run = run_of(compose_config([f"task={task}", *SHORT]))
    result, columns = score_run(run, context), columns_of(context.store, run.name)
    for metric in set(result.metrics) - {"mismatched_accuracy"}:
        names, statistic = weighted_metric(metric, columns)
        values = [np.asarray(columns[name])[:, None] for name in names]
        assert statistic(values, np.ones((1, len(values[0])))).item() == pytest.approx(result.metrics[metric], abs=1e-6)
    assert result.score != 0 or task == "cola"


def right(share, n=400, seed=0):
    rng = random.Random(seed)
    label = [rng.randrange(2) for _ in range(n)]
    return {"guess": [one if rng.random() < share else 1 - one for one in label], "label": label}


def interval(metric, ours, theirs):
    known = {f"run{number}": columns for number, columns in enumerate([*ours, *theirs])}
    names = list(known)
    return ExampleBootstrap(known.get).interval(metric, names[: len(ours)], names[len(ours) :])


def test_the_same_runs_differ_by_nothing():
    same = interval("accuracy", [right(0.8)], [right(0.8)])
    assert same.low == same.high == 0


def test_a_better_run_differs_from_a_worse_one_and_a_similar_one_does_not():
    better = interval("accuracy", [right(0.9, seed=1)] * 2, [right(0.7, seed=2)] * 3)
    similar = interval("accuracy", [right(0.8, seed=1)], [right(0.8, seed=2)])
    assert 0.1 < better.low < 0.2 < better.high < 0.3
    assert similar.low < 0 < similar.high


CONSTANT = {"guess": [1.0, 1.0, 2.0], "target": [0.0, 1.0, 2.0]}  # on some resamples


@pytest.mark.parametrize(
    ("metric", "ours", "theirs"),
    [
        ("accuracy", [], [right(0.8)]),
        ("accuracy", [right(0.8)], [{}]),
        ("accuracy", [right(0.8)], [None]),
        ("accuracy", [right(0.8, n=10)], [right(0.8, n=11)]),
        ("pearson", [CONSTANT], [CONSTANT]),
        ("mismatched_accuracy", [right(0.9)], [right(0.8)]),  # of another split than these examples
    ],
)
def test_runs_that_have_no_interval(metric, ours, theirs):
    assert interval(metric, ours, theirs) is None


def test_a_metric_of_these_examples_has_an_interval():
    assert interval("matched_accuracy", [right(0.9)], [right(0.8)]) is not None


def columns(kind, n=70):
    generator = np.random.default_rng(4)
    guess, noise = generator.integers(0, 4, n), generator.integers(0, 4, n)
    if kind == "target":
        return {"guess": guess + generator.normal(size=n).round(1), "target": guess.astype(float)}
    label = np.where(generator.random(n) < 0.5, guess, noise)
    return {"guess": guess > 1, "label": label > 1} if kind == "binary" else {"guess": guess, "label": label}


def torchmetric(function, *arguments):
    return lambda a, b: function(torch.tensor(a).long(), torch.tensor(b).long(), *arguments).item()


@pytest.mark.parametrize(
    ("metric", "kind", "oracle"),
    [
        ("pearson", "target", lambda a, b: stats.pearsonr(a, b)[0]),
        ("spearman", "target", lambda a, b: stats.spearmanr(a, b)[0]),
        ("matthews", "classes", torchmetric(multiclass_matthews_corrcoef, 4)),
        ("matthews", "binary", torchmetric(multiclass_matthews_corrcoef, 2)),
        ("f1", "binary", torchmetric(binary_f1_score)),
        ("accuracy", "classes", lambda a, b: (a == b).mean()),
    ],
)
def test_on_each_resample_a_metric_is_that_of_the_examples_drawn_into_it(metric, kind, oracle):
    by_name = columns(kind)
    first, second = by_name.values()
    (draws,) = bootstrap_distributions(metric, [by_name])
    samples = [np.repeat(np.arange(70), counts) for counts in resample_counts(70, bootstrap.RESAMPLES, seed=0)[:30]]
    assert draws[:30] == pytest.approx([oracle(first[s], second[s]) for s in samples], abs=1e-6)


def test_blocks_of_resamples_change_nothing(monkeypatch):
    whole = bootstrap_distributions("spearman", [columns("target")])
    monkeypatch.setattr(bootstrap, "BLOCK", 70 * 7)
    assert (bootstrap_distributions("spearman", [columns("target")]) == whole).all()


@pytest.mark.parametrize(
    ("metric", "kind"),
    [("pearson", "target"), ("spearman", "target"), ("matthews", "classes"), ("f1", "binary"), ("accuracy", "binary")],
)
def test_runs_that_are_resampled_together_have_what_each_has_alone(metric, kind):
    one = columns(kind)
    other = {name: values[::-1] if name == "guess" else values for name, values in one.items()}
    alone = [bootstrap_distributions(metric, [run])[0] for run in (one, other)]
    together = bootstrap_distributions(metric, [one, other])
    assert together == pytest.approx(np.array(alone), abs=1e-12) and (alone[0] != alone[1]).any()


def test_a_run_is_read_and_resampled_once():
    columns_of = Mock(return_value=right(0.8))
    examples = ExampleBootstrap(columns_of)
    for _ in range(3):
        examples.interval("accuracy", ["one"], ["full"])
    assert columns_of.mock_calls == [call("one"), call("full")] and examples.majority("accuracy", "full") >= 0.5


def test_a_metric_of_another_split_has_no_majority():
    """The labels that are stored are those of the development set."""
    examples = ExampleBootstrap(Mock(return_value=columns("label")))
    assert examples.majority("matched_accuracy", "run") is not None
    assert examples.majority("mismatched_accuracy", "run") is None
