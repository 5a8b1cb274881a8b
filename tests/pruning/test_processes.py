"""Scores of gradients over two processes, each with half of the batches: the same in both, and as in one process."""

from types import SimpleNamespace

import torch
from torch import distributed, multiprocessing, nn
from torch.nn.parallel import DistributedDataParallel

from lightning_tickets.pruning.movement import Movement
from lightning_tickets.pruning.obert import BlockFisher
from lightning_tickets.pruning.tamt import MaskTraining
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


WATCHES = {
    "movement": Movement,
    "tamt": lambda names: MaskTraining(names, 12),
    "obert": BlockFisher,
}
TOLERANCES = (1e-5, 1e-5, 1e-5, 1e-2)  # of the mean gradient and the scores, relative to the largest


def gathered(name, run, feed):
    """The scores of a callback over a training on ``feed``; ``run`` is what averages the gradients of a module."""
    module = Small()
    watch, forward = WATCHES[name](matrices(module)), run(module.encoder)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    trainer = SimpleNamespace(optimizers=[optimizer], num_training_batches=len(feed), global_step=0)
    watch.setup(trainer, module, "fit")
    watch.on_fit_start(trainer, module)
    watch.on_train_start(trainer, module)
    for trainer.global_step, batch in enumerate(feed):
        optimizer.zero_grad()
        (forward(batch) ** 2).mean().backward()
        watch.on_before_optimizer_step(trainer, module, optimizer)
        optimizer.step()
    watch.on_train_end(trainer, module)
    return watch.scores


def worker(rank, folder):
    distributed.init_process_group("gloo", f"file://{folder}/meeting", rank=rank, world_size=WORLD)
    module = Small()
    mean = mean_gradients(module, matrices(module), batches()[rank::WORLD])
    halves = [batch[0][rank::WORLD] for batch in batches()]
    scores = [gathered(name, DistributedDataParallel, halves) for name in WATCHES]
    torch.save((mean, *scores), f"{folder}/{rank}.pt")
    distributed.destroy_process_group()


def test_two_processes_agree_with_each_other_and_with_one(tmp_path):
    multiprocessing.spawn(worker, args=(str(tmp_path),), nprocs=WORLD)
    processes = [torch.load(tmp_path / f"{rank}.pt") for rank in range(WORLD)]
    module = Small()
    mean = mean_gradients(module, matrices(module), batches())
    scores = [gathered(name, lambda encoder: encoder, [batch[0] for batch in batches()]) for name in WATCHES]
    for one, two, alone, tolerance in zip(*processes, (mean, *scores), TOLERANCES, strict=True):
        assert same(one, two)
        for name, value in alone.items():
            largest = value.abs().max()
            assert torch.allclose(one[name] / largest, value / largest, atol=tolerance) and largest > 0, name
