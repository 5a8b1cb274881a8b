"""The mask during training: gradients masked before clipping, no pruned weight ever moves."""

from types import SimpleNamespace

import pytest
import pytorch_lightning as lightning
import torch
from torch import nn

from lightning_tickets.pruning import callback
from lightning_tickets.pruning.callback import PruningCallback

MASK = torch.rand(8, 6, generator=torch.Generator().manual_seed(0)) < 0.5


class Watched(lightning.LightningModule):
    """Two linear maps; notes the norm that clipping sees and every value of the pruned weights."""

    def __init__(self, optimizer="adamw"):
        super().__init__()
        torch.manual_seed(3)
        self.net = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1))
        self.optimizer, self.norms, self.seen = optimizer, [], []

    def training_step(self, batch, index):
        return (self.net(batch) ** 2).sum() * 50

    def configure_gradient_clipping(self, optimizer, gradient_clip_val=None, gradient_clip_algorithm=None):
        self.norms.append(torch.nn.utils.get_total_norm([p.grad for p in self.parameters()]).item())
        self.clip_gradients(optimizer, gradient_clip_val, gradient_clip_algorithm)

    def on_train_batch_end(self, *_):
        self.seen.append(self.net[0].weight.detach().clone())

    def configure_optimizers(self):
        return OPTIMIZERS[self.optimizer](self.parameters())


def train(module, steps=12):
    """With half of the first map's weights pruned."""
    torch.manual_seed(1)
    loader = torch.utils.data.DataLoader(torch.randn(steps * 4, 6), batch_size=4)
    quiet = dict.fromkeys(("logger", "enable_progress_bar", "enable_model_summary", "enable_checkpointing"), False)
    hook = PruningCallback({"w": module.net[0].weight}, {"w": MASK})
    trainer = lightning.Trainer(accelerator="cpu", max_steps=steps, gradient_clip_val=1.0, callbacks=[hook], **quiet)
    trainer.fit(module, loader)


def test_clipping_sees_masked_gradients():
    train(module := Watched(), steps=1)
    fresh = Watched()
    fresh.net[0].weight.data.mul_(MASK)
    torch.manual_seed(1)
    fresh.training_step(torch.randn(4, 6), 0).backward()
    gradients = [p.grad for p in fresh.parameters()]
    whole = torch.nn.utils.get_total_norm(gradients).item()
    fresh.net[0].weight.grad.mul_(MASK)
    assert module.norms[0] == pytest.approx(torch.nn.utils.get_total_norm(gradients).item(), rel=1e-6)
    assert module.norms[0] < whole


def test_one_call_masks_all_gradients_as_one_a_matrix_would(monkeypatch):
    weights = {name: nn.Parameter(torch.randn(8, 6)) for name in "abc"}
    masks = {name: torch.rand(8, 6) < 0.5 for name in weights}
    for name in "ab":  # the third has no gradient
        weights[name].grad = torch.randn(8, 6)
    expected = {name: weights[name].grad * masks[name] for name in "ab"}
    hook, calls = PruningCallback(weights, masks), []
    hook.on_fit_start(SimpleNamespace(optimizers=[]), SimpleNamespace(device=torch.device("cpu")))
    multiply = torch._foreach_mul_
    monkeypatch.setattr(torch, "_foreach_mul_", lambda *lists: calls.append(lists) or multiply(*lists))
    hook.on_before_optimizer_step(None, None, None)
    assert len(calls) == 1 and all(torch.equal(weights[name].grad, expected[name]) for name in "ab")
    assert weights["c"].grad is None


class Drifting(torch.optim.SGD):
    """Moves every weight in each step, whatever its gradient."""

    def step(self, closure=None):
        loss = super().step(closure)
        for parameter in self.param_groups[0]["params"]:
            parameter.data.add_(0.01)
        return loss


def with_old_momentum(parameters):
    """SGD that comes with momentum from before."""
    optimizer = torch.optim.SGD(parameters, lr=0.01, momentum=0.9, weight_decay=0.1)
    for parameter in optimizer.param_groups[0]["params"]:
        optimizer.state[parameter]["momentum_buffer"] = torch.ones_like(parameter)
    return optimizer


OPTIMIZERS = {
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.1, weight_decay=0.0),
    "decaying": lambda p: torch.optim.AdamW(p, lr=0.1, weight_decay=0.1),
    "sgd": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, weight_decay=0.1, nesterov=True),
    "old_momentum": with_old_momentum,
    "drifting": lambda p: Drifting(p, lr=0.01),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_no_pruned_weight_ever_moves(optimizer):
    train(module := Watched(optimizer))
    assert len(module.seen) == 12
    assert all(bool((seen[~MASK] == 0).all()) for seen in module.seen)
    assert not torch.equal(module.seen[0][MASK], module.seen[-1][MASK])


@pytest.mark.parametrize("name", ["old_momentum", "drifting"])
def test_masking_gradients_alone_would_not_do(name, monkeypatch):
    monkeypatch.setattr(callback, "apply_", lambda *_: None)
    module = Watched(name)
    module.net[0].weight.data.mul_(MASK)
    train(module)
    assert bool((module.seen[-1][~MASK] != 0).any())


def test_adamw_is_not_masked_a_second_time():
    train(module := Watched(), steps=1)
    assert not module.trainer.optimizers[0]._optimizer_step_post_hooks


def test_a_mask_that_does_not_fit_is_named_with_both_shapes():
    with pytest.raises(ValueError, match=r"w is \(2, 2\) in the mask, \(8, 6\) in the model"):
        PruningCallback({"w": Watched().net[0].weight}, {"w": torch.ones(2, 2, dtype=torch.bool)})


def test_a_matrix_that_is_kept_whole_is_not_multiplied(monkeypatch):
    weights = {"whole": nn.Parameter(torch.ones(2, 2)), "half": nn.Parameter(torch.ones(2, 2))}
    mask = {"whole": torch.ones(2, 2, dtype=torch.bool), "half": torch.eye(2, dtype=torch.bool)}
    held = PruningCallback(weights, mask)
    held.on_fit_start(SimpleNamespace(optimizers=[]), SimpleNamespace(device="cpu"))
    for weight in weights.values():
        weight.grad = torch.full((2, 2), 3.0)
    multiplied, multiply = [], torch._foreach_mul_
    monkeypatch.setattr(torch, "_foreach_mul_", lambda those, by: (multiplied.extend(those), multiply(those, by)))
    held.on_before_optimizer_step(None, None, None)
    assert [one is weights["half"].grad for one in multiplied] == [True]
    assert weights["half"].grad.tolist() == [[3, 0], [0, 3]] and weights["whole"].grad.tolist() == [[3, 3], [3, 3]]
