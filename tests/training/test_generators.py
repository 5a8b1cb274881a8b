"""Every purpose has a generator of its own, and scoring consumes none."""

from itertools import pairwise

import pytest
import pytorch_lightning as lightning
import torch

from lightning_tickets.models.encoder import load_encoder
from lightning_tickets.seeds import derive
from lightning_tickets.training.config import StepRange, Training
from lightning_tickets.training.optimizers import linear_rate
from tests.checks import nothing_drawn, same


def test_purposes_rounds_and_seeds_do_not_share_a_stream():
    seeds = {derive(s, p, n) for s in range(20) for p in ("head", "order", "dropout", "mask") for n in range(10)}
    assert len(seeds) == 20 * 4 * 10
    assert all(0 <= seed < 2**63 for seed in seeds)


@pytest.mark.parametrize("task", ["cola", "mlm"])
def test_training_neither_moves_the_global_generator_nor_depends_on_it(train_once, task):
    """With dropout: the result depends on the seeds given, not on what the process has done so far."""
    with nothing_drawn():
        one = train_once(f"task={task}")
    torch.rand(1000)
    assert same(one.weights, train_once(f"task={task}").weights)


def test_scoring_consumes_nothing_of_training(train_once, monkeypatch):
    """A second evaluation in the middle leaves weights and later scores as they are."""
    plain = train_once("task=mlm")
    validate = lightning.Trainer.validate
    monkeypatch.setattr(lightning.Trainer, "validate", lambda *a, **k: (validate(*a, **k), validate(*a, **k))[1])
    twice = train_once("task=mlm")
    assert plain.score == twice.score
    assert same(plain.weights, twice.weights)


def test_the_rate_rises_falls_and_ends_at_zero():
    rate = [linear_rate(StepRange(10), 0.2)(step) for step in range(11)]
    assert rate[:3] == [0.5, 1.0, 1.0] and rate[10] == 0.0
    assert all(a > b for a, b in pairwise(rate[2:]))
    assert linear_rate(StepRange(4), 0.0)(0) == 1.0


def test_steps_of_an_epoch_round_up():
    by_epochs = Training(None, 3, 32, 128, 2e-5, 2e-5)
    assert by_epochs.total_steps(2490) == 3 * 78
    assert by_epochs.total_steps(8551) == 3 * 268
    assert Training(100, None, 32, 128, 2e-5, 2e-5).total_steps(7) == 100


@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
def test_each_precision_trains(train_once, tiny_bert, precision):
    trained = train_once("task=cola", f"training.precision={precision}")
    assert set(trained.score.metrics) == {"accuracy", "f1", "matthews"}
    theta = load_encoder(tiny_bert).state_dict()
    assert all(not torch.equal(p, theta[name]) for name, p in trained.weights.items())
