"""A first training, without a search around it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from lightning_tickets.pruning.mask import full
from lightning_tickets.tickets.rewinding import TrainingStart
from lightning_tickets.tickets.workbench import Trained, Workbench
from lightning_tickets.training.config import Hardware


@pytest.fixture
def train_once(context, tiny_run) -> Callable[..., Trained]:
    """The whole network of a run under some overrides, trained from θ0 on some hardware."""

    def train(*overrides: str, **hardware: int | None) -> Trained:
        run = tiny_run(*overrides)
        bench = Workbench(run.problem, replace(context, hardware=Hardware(**hardware)))
        return bench.train(run, TrainingStart(bench.theta), full(bench.prunable), (1, 0))

    return train
