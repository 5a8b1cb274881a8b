"""Scores of gradients over two processes, each with half of the batches: the same in both, and as in one process."""

from types import SimpleNamespace

import torch
from torch import distributed, multiprocessing, nn
from torch.nn.parallel import DistributedDataParallel

from lightning_tickets.pruning.movement import Movement
from lightning_tickets.training.gradients import mean_gradients
from tests.checks import same

STEPS, WORLD = 4, 2


class Small(nn.Module):
    """As much of a TaskModule as gradients are taken of."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(3)
        self.encoder = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 1))

    def loss(self, batches):
        return sum((self.encoder(batch) ** 2).mean() for batch in batches.values())


def batches():
    generator = torch.Generator().manual_seed(1)
    return [{0: torch.randn(8, 6, generator=generator)} for _ in range(STEPS)]


def matrices(module):
    return {name: p for name, p in module.encoder.named_parameters() if name.endswith("weight")}


def moved(module, run, feed):
    """Movement over a training on ``feed``; ``run`` is the module, or what averages its gradients."""
    watch = Movement(matrices(module))
    watch.on_fit_start(None, SimpleNamespace(encoder=module.encoder))
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    for batch in feed:
        optimizer.zero_grad()
        (run(batch) ** 2).mean().backward()
        watch.on_before_optimizer_step(None, None, optimizer)
        optimizer.step()
    return watch.scores


def worker(rank, folder):
    distributed.init_process_group("gloo", f"file://{folder}/meeting", rank=rank, world_size=WORLD)
    module = Small()
    mean = mean_gradients(module, matrices(module), batches()[rank::WORLD])
    halves = [batch[0][rank::WORLD] for batch in batches()]
    sums = moved(module, DistributedDataParallel(module.encoder), halves)
    torch.save((mean, sums), f"{folder}/{rank}.pt")
    distributed.destroy_process_group()


def test_two_processes_agree_with_each_other_and_with_one(tmp_path):
    multiprocessing.spawn(worker, args=(str(tmp_path),), nprocs=WORLD)
    processes = [torch.load(tmp_path / f"{rank}.pt") for rank in range(WORLD)]
    module = Small()
    mean = mean_gradients(module, matrices(module), batches())
    sums = moved(module, module.encoder, [batch[0] for batch in batches()])
    for one, two, alone in zip(*processes, (mean, sums), strict=True):
        assert same(one, two)
        for name, value in alone.items():
            assert torch.allclose(one[name], value, atol=1e-6) and value.abs().max() > 1e-4
