"""Packed batches give every task's gradients at θ0 and the same bytes every time; recomputing changes no number."""

from unittest.mock import Mock

import pytest

from lightning_tickets.pruning.mask import full
from lightning_tickets.tickets.workbench import Workbench
from lightning_tickets.training import fit as fit_module
from tests.checks import check_equal_gradients, same
from tests.commands import TASKS

PACKED = "training.packed=true"


@pytest.mark.parametrize("task", TASKS)
def test_gradients_of_every_task_are_those_of_padded_batches(context, tiny_run, task):
    benches = [Workbench(tiny_run(f"task={task}", *more).problem, context) for more in ((), (PACKED,))]
    check_equal_gradients(*(bench.gradients(full(bench.prunable), 2, 1) for bench in benches))


@pytest.mark.parametrize("task", ["cola", "mlm", "squad"])
def test_the_same_bytes_every_time_also_when_recomputed(train_once, task):
    first, *others = (train_once(f"task={task}", PACKED, recompute_from=limit) for limit in (None, None, 1))
    assert all(other.score == first.score and same(other.weights, first.weights) for other in others)


def test_a_packed_training_has_a_name_and_draws_of_its_own(train_once, tiny_run):
    plain, unpacked, packed = (tiny_run("task=cola", *more) for more in ([], ["training.packed=false"], [PACKED]))
    assert plain.name == unpacked.name != packed.name
    assert not same(train_once("task=cola").weights, train_once("task=cola", PACKED).weights)


@pytest.mark.parametrize("task", ["cola", "mlm", "squad"])
def test_recomputing_gives_the_same_bits_with_dropout_on(train_once, task, monkeypatch):
    recompute = Mock(side_effect=fit_module._recompute)
    monkeypatch.setattr(fit_module, "_recompute", recompute)
    kept, recomputed = (train_once(f"task={task}", recompute_from=limit) for limit in (None, 1))
    ((encoder,), _) = recompute.call_args
    assert recompute.call_count == 1 and encoder.is_gradient_checkpointing
    assert kept.score == recomputed.score and same(kept.weights, recomputed.weights)
