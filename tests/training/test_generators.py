"""Every purpose has a generator of its own, and scoring consumes none."""

from __future__ import annotations

import pytest
import torch

from lightning_tickets.pruning.mask import full
from lightning_tickets.seeds import derive
from lightning_tickets.tickets.rewinding import TrainingStart
from lightning_tickets.tickets.workbench import Workbench
from lightning_tickets.training import fit as fit_module
from lightning_tickets.training.config import StepRange, Training
from lightning_tickets.training.optimizers import linear_rate


def test_purposes_rounds_and_seeds_do_not_share_a_stream():
    seeds = {derive(s, p, n) for s in range(20) for p in ("head", "order", "dropout", "mask") for n in range(10)}
    assert len(seeds) == 20 * 4 * 10
    assert all(0 <= seed < 2**63 for seed in seeds)


@pytest.mark.parametrize("task", ["cola", "mlm"])
def test_training_leaves_the_global_generator_where_it_was(context, tiny_run, task):
    bench = Workbench(tiny_run(f"task={task}").problem, context)
    before = torch.get_rng_state()
    bench.train("x", TrainingStart(bench.theta), full(bench.prunable), (1, 0))
    assert torch.equal(before, torch.get_rng_state())


def test_what_was_drawn_before_changes_nothing(context, tiny_run):
    """With dropout: the result depends on the seeds given, not on what the process has done so far."""
    bench = Workbench(tiny_run("task=cola").problem, context)

    def trained():
        weights = bench.train("x", TrainingStart(bench.theta), full(bench.prunable), (1, 0)).weights
        return torch.cat([w.flatten() for w in weights.values()])

    one = trained()
    torch.rand(1000)
    assert torch.equal(one, trained())


def test_scoring_consumes_nothing_of_training(context, tiny_run, monkeypatch):
    """A second evaluation in the middle leaves weights and later scores as they are."""
    bench = Workbench(tiny_run("task=mlm").problem, context)
    plain = bench.train("x", TrainingStart(bench.theta), full(bench.prunable), (1, 0))
    evaluate = fit_module.evaluate
    monkeypatch.setattr(fit_module, "evaluate", lambda *a: (evaluate(*a), evaluate(*a))[1])
    twice = bench.train("x", TrainingStart(bench.theta), full(bench.prunable), (1, 0))
    assert plain.score == twice.score
    for name, weight in plain.weights.items():
        assert torch.equal(weight, twice.weights[name])


def test_the_rate_rises_falls_and_ends_at_zero():
    rate = [linear_rate(StepRange(10), 0.2)(step) for step in range(11)]
    assert rate[:3] == [0.5, 1.0, 1.0] and rate[10] == 0.0
    assert all(a > b for a, b in zip(rate[2:], rate[3:], strict=False))
    assert linear_rate(StepRange(4), 0.0)(0) == 1.0


def test_steps_of_an_epoch_round_up():
    by_epochs = Training(None, 3, 32, 128, 2e-5, 2e-5)
    assert by_epochs.total_steps(2490) == 3 * 78
    assert by_epochs.total_steps(8551) == 3 * 268
    assert Training(100, None, 32, 128, 2e-5, 2e-5).total_steps(7) == 100


@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
def test_each_precision_trains(context, tiny_run, precision):
    bench = Workbench(tiny_run("task=cola", f"training.precision={precision}").problem, context)
    trained = bench.train("x", TrainingStart(bench.theta), full(bench.prunable), (1, 0))
    assert set(trained.score.metrics) == {"accuracy", "f1", "matthews"}
    assert all(not torch.equal(p, bench.theta[name]) for name, p in trained.weights.items())
