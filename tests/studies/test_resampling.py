"""Metrics drawn anew from a run's examples are the run's own metrics, for every task there is."""

from __future__ import annotations

import random

import pytest

from lightning_tickets.composition.compose import composed, conf_dir
from lightning_tickets.composition.single import run_of
from lightning_tickets.data.pocket import Pocket
from lightning_tickets.models.folders import pocket
from lightning_tickets.runs.store import Store
from lightning_tickets.studies.resampling import again, over_examples
from lightning_tickets.tickets.places import Places
from lightning_tickets.tickets.record import columns_of
from lightning_tickets.tickets.train import train

TASKS = sorted(path.stem for path in (conf_dir() / "task").glob("*.yaml"))
SHORT = ["subnetwork=full", "training.steps=30", "data.train_limit=200", "data.dev_limit=120"]


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    root = tmp_path_factory.mktemp("resampling")
    return Places(Store(root / "runs"), Pocket(), pocket(), root / "cache")


@pytest.mark.parametrize("task", TASKS)
def test_the_metric_of_the_examples_is_that_of_the_run(places, task):
    import numpy as np

    run = run_of(composed([f"task={task}", *SHORT]))
    result, columns = train(run, places), columns_of(places.store, run.name)
    for metric in set(result.metrics) - {"mismatched_accuracy"}:
        if metric == "matthews" or metric == result.metric or metric in ("f1", "spearman", "exact_match"):
            names, statistic = again(metric, columns)
            value = statistic([np.asarray(columns[name]) for name in names])
            assert value == pytest.approx(result.metrics[metric], abs=1e-6), metric
    assert result.score != 0 or task == "cola"


def right(share, n=400, seed=0):
    drawn = random.Random(seed)
    label = [drawn.randrange(2) for _ in range(n)]
    return {"guess": [one if drawn.random() < share else 1 - one for one in label], "label": label}


def test_the_same_runs_differ_by_nothing():
    same = over_examples("accuracy", [right(0.8)], [right(0.8)])
    assert same.low == same.high == 0


def test_a_better_run_is_told_from_a_worse_one_and_a_like_one_is_not():
    better = over_examples("accuracy", [right(0.9, seed=1)] * 2, [right(0.7, seed=2)] * 3)
    like = over_examples("accuracy", [right(0.8, seed=1)], [right(0.8, seed=2)])
    assert 0.1 < better.low < 0.2 < better.high < 0.3
    assert like.low < 0 < like.high


def test_what_cannot_be_told_is_none():
    assert over_examples("accuracy", [], [right(0.8)]) is None
    assert over_examples("accuracy", [right(0.8)], [{}]) is None
    assert over_examples("accuracy", [right(0.8, n=10)], [right(0.8, n=11)]) is None
