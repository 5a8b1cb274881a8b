"""Mask training: against straight-through estimation written with autograd, and what a round of it leaves alone."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.func import functional_call

from lightning_tickets.pruning.callback import PruningCallback
from lightning_tickets.pruning.mask import full, kept
from lightning_tickets.pruning.ranking import keep_largest
from lightning_tickets.pruning.tamt import MaskTraining, tamt
from lightning_tickets.tickets.mask_file import load_ticket
from lightning_tickets.tickets.result import TICKET
from lightning_tickets.tickets.rewind_point import POINT, load_point
from lightning_tickets.tickets.search import find_ticket
from lightning_tickets.tickets.workbench import Workbench
from tests.checks import same

NAMES, COUNT, STEPS = ("0.weight", "2.weight"), 9, 20
OPTIMIZERS = {
    "adamw": lambda parameters: torch.optim.AdamW(parameters, lr=0.05, weight_decay=0.0),
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=0.5, momentum=0.9),
}


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2)), nn.Linear(2, 1)


def batches():
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(5, 4, generator=generator) for _ in range(STEPS)]


def before():
    """A mask of an earlier round."""
    encoder, _ = network()
    weights = {name: encoder.get_parameter(name).detach() for name in NAMES}
    return keep_largest(weights, full(weights), 14)


def by_callback(optimizer):
    encoder, head = network()
    matrices = {name: encoder.get_parameter(name) for name in NAMES}
    steps = OPTIMIZERS[optimizer]([*encoder.parameters(), *head.parameters()])
    trainer = SimpleNamespace(optimizers=[steps])
    module = SimpleNamespace(encoder=encoder, device=torch.device("cpu"))
    callbacks = [PruningCallback(matrices, before()), watch := MaskTraining(NAMES, COUNT)]
    for callback in callbacks:
        callback.setup(trainer, module, "fit")
    for callback in callbacks:
        callback.on_fit_start(trainer, module)
    for batch in batches():
        steps.zero_grad()
        ((head(encoder(batch)) - 1) ** 2).mean().backward()
        for callback in callbacks:
            callback.on_before_optimizer_step(trainer, module, steps)
        steps.step()
    return watch, encoder, head


def by_autograd(optimizer):
    """Scores as parameters; the largest by sorting; the gradient of the hard mask goes to the scores as it is."""
    encoder, head = network()
    theta = {name: encoder.get_parameter(name).detach() * m for name, m in before().items()}
    scores = {name: value.abs().requires_grad_() for name, value in theta.items()}
    steps = OPTIMIZERS[optimizer]([*scores.values(), *head.parameters()])
    for batch in batches():
        steps.zero_grad()
        hard = by_sorting(scores)
        soft = {name: hard[name].float() + s - s.detach() for name, s in scores.items()}
        ((head(functional_call(encoder, {n: m * theta[n] for n, m in soft.items()}, batch)) - 1) ** 2).mean().backward()
        steps.step()
    return {name: s.detach() for name, s in scores.items()}, by_sorting(scores), theta, head


def by_sorting(scores):
    places = [(s[i, j].item(), n, i, j) for n, s in scores.items() for i, j in before()[n].nonzero().tolist()]
    mask = {name: torch.zeros(s.shape, dtype=torch.bool) for name, s in scores.items()}
    for _, name, i, j in sorted(places, reverse=True)[:COUNT]:
        mask[name][i, j] = True
    return mask


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_it_is_straight_through_estimation(optimizer):
    watch, encoder, head = by_callback(optimizer)
    scores, mask, theta, expected_head = by_autograd(optimizer)
    assert all(torch.allclose(watch.scores[n][m], scores[n][m], atol=1e-6) for n, m in before().items())
    assert same(tamt({}, before(), COUNT, watch), mask) and kept(mask) == COUNT
    assert not same(mask, keep_largest(theta, before(), COUNT)), "it has learned another mask than magnitude's"
    assert all(torch.equal(encoder.get_parameter(name), theta[name] * mask[name]) for name in NAMES)
    assert torch.equal(encoder[0].bias, network()[0][0].bias), "what is not masked stands"
    assert torch.allclose(head.weight, expected_head.weight, atol=1e-6)
    assert not torch.equal(head.weight, network()[1].weight)


@pytest.mark.parametrize("task", ["cola", "mlm"])
def test_a_round_leaves_the_encoder_at_its_start_under_the_mask(task, context, tiny_run):
    run = tiny_run(f"task={task}", "pruner=tamt", "rewind=none", "schedule.per_round=30", "sparsity=60")
    find_ticket(run.mask, context)
    theta = Workbench(run.problem, context).theta
    for ticket in run.mask.rounds:
        folder = context.store.path(ticket.name)
        mask, _ = load_ticket(folder / TICKET)
        encoder = load_point(folder / POINT).encoder
        assert kept(mask) == ticket.kept(sum(m.numel() for m in mask.values()))
        for name, value in theta.items():
            assert torch.equal(encoder[name], value * mask[name] if name in mask else value), name
