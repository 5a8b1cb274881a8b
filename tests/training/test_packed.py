"""Trainings on packed batches: every task's gradients at θ0 are the same, and the same spec gives the same bytes."""

import pytest
import torch

from lightning_tickets.pruning.mask import full
from lightning_tickets.tickets.workbench import Workbench
from tests.checks import same
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
def test_the_same_bytes_every_time_also_when_recomputed(train_once, task):
    first, *others = (train_once(f"task={task}", PACKED, recompute_from=limit) for limit in (None, None, 1))
    assert all(other.score == first.score and same(other.weights, first.weights) for other in others)


def test_a_packed_training_has_a_name_and_draws_of_its_own(train_once, tiny_run):
    plain, unpacked, packed = (tiny_run("task=cola", *more) for more in ([], ["training.packed=false"], [PACKED]))
    assert plain.name == unpacked.name != packed.name
    assert not same(train_once("task=cola").weights, train_once("task=cola", PACKED).weights)
