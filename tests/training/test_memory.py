"""What bounds memory changes no number."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from lightning_tickets.pruning.mask import full
from lightning_tickets.tasks.batches import evaluation_order
from lightning_tickets.tickets.rewinding import TrainingStart
from lightning_tickets.tickets.workbench import Workbench
from lightning_tickets.training import fit as fit_module
from lightning_tickets.training.config import Hardware


@pytest.mark.parametrize("task", ["cola", "mlm", "squad"])
def test_recomputing_gives_the_same_bits_with_dropout_on(context, tiny_run, task, monkeypatch):
    problem, asked = tiny_run(f"task={task}").problem, []
    recompute = fit_module._recompute
    monkeypatch.setattr(fit_module, "_recompute", lambda encoder: (asked.append(encoder), recompute(encoder)))
    found = []
    for limit in (None, 1):
        bench = Workbench(problem, replace(context, hardware=Hardware(recompute_from=limit)))
        found.append(bench.train("x", TrainingStart(bench.theta), full(bench.prunable), (1, 0)))
    kept, recomputed = found
    assert len(asked) == 1 and asked[0].is_gradient_checkpointing
    assert kept.score == recomputed.score
    assert all(torch.equal(w, recomputed.weights[name]) for name, w in kept.weights.items())


def test_batches_to_score_on_hold_no_more_than_so_many_tokens():
    lengths = [5, 300, 7, 384, 128, 384, 40, 384, 3]
    batches = evaluation_order(lengths, 4, 800)
    assert sorted(sum(batches, [])) == list(range(len(lengths)))
    assert all(len(b) <= 4 and len(b) * max(lengths[i] for i in b) <= 800 for b in batches)
    assert evaluation_order([900, 900], 4, 800) == [[0], [1]]
