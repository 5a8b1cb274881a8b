"""What only a GPU shows: the same bytes twice and after a cut, packed as padded, pruned weights at zero, no waiting."""

import os
import signal
from dataclasses import replace

import pytest
import pytorch_lightning as lightning
import torch
from transformers import BertConfig

from lightning_tickets.errors import Interrupted
from lightning_tickets.models.encoder import fresh_encoder, prunable
from lightning_tickets.models.packing import RealTokens, attend, encode, pack
from lightning_tickets.pruning.mask import full
from lightning_tickets.pruning.ranking import keep_largest
from lightning_tickets.tickets.rewinding import TrainingStart
from lightning_tickets.tickets.workbench import Workbench
from lightning_tickets.training.config import Hardware
from tests.checks import same

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")

PRECISIONS = {"float32": [], "tf32": ["training.matmul=tf32"], "bfloat16": ["training.precision=bf16-mixed"]}
GPU = Hardware(accelerator="gpu", deterministic=True, checkpoint_every=3600.0)
LENGTHS = (5, 12, 1, 9)


@pytest.fixture
def train(context, tiny_run):
    """One training on the GPU of the half of θ0's weights that are largest, and the mask."""

    def one(*overrides, callbacks=()):
        run = tiny_run(*overrides)
        bench = Workbench(run.problem, replace(context, hardware=GPU))
        weights = bench.prunable
        mask = keep_largest(weights, full(weights), sum(w.numel() for w in weights.values()) // 2)
        return bench.train(run, TrainingStart(bench.theta), mask, (1, 0), callbacks), mask

    return one


class Cut(lightning.Callback):
    """Sends this process a signal in the second step."""

    def on_before_optimizer_step(self, trainer, *_):
        if trainer.global_step == 1:
            os.kill(os.getpid(), signal.SIGTERM)


class NoWaiting(lightning.Callback):
    """An error for whatever waits for the GPU between a batch's arrival and the optimiser's step."""

    def on_train_batch_start(self, *_):
        torch.cuda.set_sync_debug_mode("error")

    def on_train_batch_end(self, *_):
        torch.cuda.set_sync_debug_mode("default")


@pytest.mark.parametrize("packed", ["true", "false"])
@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("task", ["cola", "stsb", "squad", "mlm"])
def test_the_same_bytes_twice_and_after_a_cut(train, task, precision, packed):
    settings = [f"task={task}", f"training.packed={packed}", *PRECISIONS[precision]]
    (one, mask), (again, _) = train(*settings), train(*settings)
    with pytest.raises(Interrupted):
        train(*settings, callbacks=[Cut()])
    resumed, _ = train(*settings)
    assert one.score == again.score == resumed.score
    assert same(one.weights, again.weights) and same(one.weights, resumed.weights)
    assert all(not one.weights[name][~kept].any() for name, kept in mask.items())


@pytest.mark.parametrize("task", ["cola", "stsb", "squad", "mlm"])
def test_a_packed_step_waits_for_nothing(train, task):
    try:
        trained, _ = train(f"task={task}", "training.packed=true", callbacks=[NoWaiting()])
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert trained.score.metrics


@pytest.mark.parametrize(("dtype", "close"), [(torch.float32, 1e-4), (torch.bfloat16, 3e-2)])
def test_packed_is_padded_on_a_gpu(dtype, close):
    config = BertConfig(hidden_size=64, num_attention_heads=2, intermediate_size=64, num_hidden_layers=2)
    padded, packed = (fresh_encoder(config, 3).cuda() for _ in range(2))
    pack(packed)
    mask = (torch.arange(max(LENGTHS)) < torch.tensor(LENGTHS)[:, None]).long().cuda()
    ids = torch.randint(5, 200, mask.shape, generator=torch.Generator().manual_seed(1)).cuda()
    gradients = []
    for encoder in (padded, packed):
        for weight in prunable(encoder).values():
            weight.data.mul_(8)
        with torch.autocast("cuda", dtype, enabled=dtype != torch.float32):
            hidden = encode(encoder, {"input_ids": ids, "attention_mask": mask}).last_hidden_state.float()
        hidden[mask.bool()].pow(3).mean().backward()
        gradients.append((hidden[mask.bool()], {name: p.grad for name, p in prunable(encoder, pooler=False).items()}))
    (expected, slopes), (got, ours) = gradients
    assert (got - expected).norm() < close * expected.norm()
    for name, slope in slopes.items():
        assert (ours[name] - slope).norm() < 3 * close * slope.norm(), name


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_attention_of_a_packed_batch_drops_each_weight_by_itself(dtype):
    """Of equal scores over one-hot values the kept weights can be read; the gradient is that of the same draw."""
    texts, tokens, heads, rate = 8, 32, 4, 0.1
    mask = torch.ones(texts, tokens, dtype=torch.bool, device="cuda")
    places = RealTokens(mask, torch.arange(texts * tokens, device="cuda"))
    query = torch.zeros(1, heads, texts * tokens, tokens, device="cuda", dtype=dtype)
    value = torch.eye(tokens, device="cuda", dtype=dtype).repeat(texts, 1).expand_as(query).clone().requires_grad_()
    with torch.random.fork_rng(devices=[0]):
        torch.manual_seed(5)
        attended, _ = attend(None, query, query.clone(), value, None, rate, 1.0, places)
    weights = attended[0].reshape(texts, tokens, heads, tokens).transpose(1, 2)  # text, head, query, key
    kept = weights > 0
    assert kept.float().mean().item() == pytest.approx(1 - rate, abs=0.01)
    for one, other in ((kept[:, 0], kept[:, 1]), (kept[0], kept[1]), (kept[:, :, 0], kept[:, :, 1])):
        assert (one == other).float().mean().item() == pytest.approx((1 - rate) ** 2 + rate**2, abs=0.04)
    slope = torch.randn_like(weights)
    weights.backward(slope)
    expected = (weights.detach().float().transpose(2, 3) @ slope.float()).transpose(0, 1).reshape(heads, -1, tokens)
    assert (value.grad[0].float() - expected).norm() < 0.01 * expected.norm()
