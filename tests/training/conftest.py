"""A first training, without a search around it, and a network without dropout."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace

import pytest

from lightning_tickets.pocket import MODEL_DIR
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


@pytest.fixture(scope="session")
def still(tmp_path_factory):
    """The pocket BERT without dropout, whose generators differ from process to process."""
    folder = tmp_path_factory.mktemp("model") / "still"
    shutil.copytree(MODEL_DIR, folder)
    config = json.loads((folder / "config.json").read_text())
    config |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    (folder / "config.json").write_text(json.dumps(config))
    return folder
