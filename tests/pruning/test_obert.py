"""The second-order criterion: against each weight's rise of a quadratic loss, and the sums that a training gathers."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from lightning_tickets.pruning import obert
from lightning_tickets.pruning.mask import full
from lightning_tickets.pruning.obert import BlockFisher, saliency
from lightning_tickets.pruning.ranking import keep_largest

SHAPE = (6, 5)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Of seven: 30 weights are four whole blocks and a part."""
    monkeypatch.setattr(obert, "BLOCK", 7)


def gradients(steps, seed=0):
    """Small, so that their squares are of the size of the dampening."""
    return torch.randn(steps, *SHAPE, generator=torch.Generator().manual_seed(seed)) / 1000


def expected(weight, gradients):
    """By whole matrices, one weight at a time: the least rise of ½ dᵀ F d over all d in its block with d_i = −w_i."""
    flat, rows, scores = weight.reshape(-1).double(), gradients.flatten(1).double(), []
    for i, w in enumerate(flat):
        first = i - i % 7
        g = rows[:, first : first + 7]
        fisher = g.T @ g / len(g) + obert.DAMPENING * torch.eye(g.shape[1], dtype=torch.double)
        own, others = i - first, [j for j in range(g.shape[1]) if j != i - first]
        step = torch.full((g.shape[1],), -float(w), dtype=torch.double)
        step[others] = torch.linalg.solve(fisher[others][:, others], float(w) * fisher[others][:, own])
        scores.append(step @ fisher @ step / 2)
    return torch.stack(scores).view(SHAPE)


def gathered(steps, taken_up_at=None):
    """The callback over so many steps with given gradients; another one takes over before a step, as on resumption."""
    torch.manual_seed(0)
    encoder = nn.Sequential(nn.Linear(5, 6))
    module, trainer = SimpleNamespace(encoder=encoder), SimpleNamespace(num_training_batches=steps, global_step=0)
    watch = BlockFisher(["0.weight"])
    watch.on_train_start(trainer, module)
    for trainer.global_step, gradient in enumerate(gradients(steps)):
        if trainer.global_step == taken_up_at:
            watch, before = BlockFisher(["0.weight"]), watch
            watch.load_state_dict({"sums": {n: s.clone() for n, s in before.state_dict()["sums"].items()}})
            watch.on_train_start(trainer, module)
        encoder[0].weight.grad = gradient
        watch.on_before_optimizer_step(trainer, module, None)
    watch.on_train_end(trainer, module)
    return watch.scores["0.weight"], encoder[0].weight.detach()


@pytest.mark.parametrize("steps", [40, 9, 1])
def test_the_score_is_the_least_rise_of_the_loss_over_the_last_half_of_the_steps(steps):
    scores, weight = gathered(steps)
    last = gradients(steps)[steps // 2 :]
    assert torch.allclose(scores.double(), expected(weight, last), rtol=1e-4)


@pytest.mark.parametrize("step", [1, 6, 8])
def test_it_goes_on_from_a_checkpoint(step):
    assert torch.equal(gathered(9, step)[0], gathered(9)[0])


def test_a_long_training_counts_its_last_steps_only(monkeypatch):
    monkeypatch.setattr(obert, "GRADIENTS", 4)
    scores, weight = gathered(20)
    assert torch.allclose(scores.double(), expected(weight, gradients(20)[-4:]), rtol=1e-4)


def test_independent_gradients_rank_by_squared_weight_times_squared_gradient():
    weight = gradients(1, seed=3)[0]
    fisher = torch.diag_embed(obert.blocks(gradients(1, seed=4)[0].square()))
    by_hand = weight.square() * (gradients(1, seed=4)[0].square() + obert.DAMPENING) / 2
    assert torch.allclose(saliency(weight, fisher), by_hand)
    mask = keep_largest({"w": saliency(weight, fisher)}, full({"w": weight}), 12)["w"]
    assert by_hand[mask].min() > by_hand[~mask].max()
