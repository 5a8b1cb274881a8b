"""What bounds memory changes no number."""

from unittest.mock import Mock

import pytest

from lightning_tickets.tasks.batches import evaluation_order
from lightning_tickets.training import fit as fit_module
from tests.checks import same


@pytest.mark.parametrize("task", ["cola", "mlm", "squad"])
def test_recomputing_gives_the_same_bits_with_dropout_on(train_once, task, monkeypatch):
    recompute = Mock(side_effect=fit_module._recompute)
    monkeypatch.setattr(fit_module, "_recompute", recompute)
    kept, recomputed = (train_once(f"task={task}", recompute_from=limit) for limit in (None, 1))
    ((encoder,), _) = recompute.call_args
    assert recompute.call_count == 1 and encoder.is_gradient_checkpointing
    assert kept.score == recomputed.score and same(kept.weights, recomputed.weights)


def test_batches_to_score_on_hold_no_more_than_so_many_tokens():
    lengths = [5, 300, 7, 384, 128, 384, 40, 384, 3]
    batches = evaluation_order(lengths, 4, 800)
    assert sorted(sum(batches, [])) == list(range(len(lengths)))
    assert all(len(b) <= 4 and len(b) * max(lengths[i] for i in b) <= 800 for b in batches)
    assert evaluation_order([900, 900], 4, 800) == [[0], [1]]
