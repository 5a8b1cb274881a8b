"""Trainings on packed batches: every task's gradients at θ0 are the same, and the same spec gives the same bytes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from lightning_tickets.pruning.mask import full
from lightning_tickets.tickets.rewinding import TrainingStart
from lightning_tickets.tickets.workbench import Workbench
from lightning_tickets.training.config import Hardware
from tests.commands import TASKS

PACKED = "training.packed=true"


@pytest.mark.parametrize("task", TASKS)
def test_gradients_of_every_task_are_those_of_padded_batches(context, tiny_run, task):
    benches = [Workbench(tiny_run(f"task={task}", *more).problem, context) for more in ((), (PACKED,))]
    padded, packed = (bench.gradients(full(bench.prunable), 2, 1) for bench in benches)
    assert any(gradient.abs().max() > 1e-4 for gradient in padded.values())
    for name, gradient in padded.items():
        torch.testing.assert_close(packed[name], gradient, rtol=1e-3, atol=1e-6, msg=name)


@pytest.mark.parametrize("task", ["cola", "mlm", "squad"])
def test_the_same_bytes_every_time_also_when_recomputed(context, tiny_run, task):
    problem, found = tiny_run(f"task={task}", PACKED).problem, []
    for limit in (None, None, 1):
        bench = Workbench(problem, replace(context, hardware=Hardware(recompute_from=limit)))
        found.append(bench.train("x", TrainingStart(bench.theta), full(bench.prunable), (1, 0)))
    first, *others = found
    for other in others:
        assert other.score == first.score
        assert all(torch.equal(weight, other.weights[name]) for name, weight in first.weights.items())


def test_a_packed_training_has_a_name_and_draws_of_its_own(context, tiny_run):
    runs = [tiny_run("task=cola", *more) for more in ((), (PACKED,))]
    assert runs[0].name != runs[1].name and runs[0].name == tiny_run("task=cola", "training.packed=false").name
    trained = []
    for run in runs:
        bench = Workbench(run.problem, context)
        trained.append(bench.train("x", TrainingStart(bench.theta), full(bench.prunable), (1, 0)).weights)
    assert any(not torch.equal(weight, trained[1][name]) for name, weight in trained[0].items())
