"""What tests share: a tiny untrained BERT in a folder, and places that nothing else writes to."""

import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hydra import compose
from transformers import BertConfig, BertModel

from lightning_tickets.composition import compose as compose_module
from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.single import run_of
from lightning_tickets.data.pocket import Pocket
from lightning_tickets.models.folders import local
from lightning_tickets.pocket import MODEL_DIR
from lightning_tickets.runs.store import Store
from lightning_tickets.tickets.context import RunContext
from lightning_tickets.tickets.spec import Run

os.environ.setdefault("HF_HUB_OFFLINE", "1")
torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def denormals() -> Iterator[None]:
    """As a process begins: a training flushes them to zero from then on, and hypothesis draws them."""
    yield
    torch.set_flush_denormal(False)


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    """As a process begins: Hydra lets it write to a stream of the test, which is closed afterwards."""
    yield
    root = logging.getLogger()
    for handler in [one for one in root.handlers if type(one) in (logging.StreamHandler, logging.FileHandler)]:
        root.removeHandler(handler)


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two layers of width 16 over the pocket vocabulary, drawn by a fixed seed."""
    folder = tmp_path_factory.mktemp("model") / "tiny"
    shutil.copytree(MODEL_DIR, folder)
    pocket = BertConfig.from_pretrained(MODEL_DIR)
    torch.manual_seed(11)
    config = BertConfig(
        vocab_size=pocket.vocab_size,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=48,
        hidden_dropout_prob=0.1,
        attention_probs_dropout_prob=0.1,
        initializer_range=0.2,
    )
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture
def compositions(monkeypatch) -> list[object]:
    """One entry for each time that Hydra composes."""
    calls: list[object] = []
    monkeypatch.setattr(compose_module, "compose", lambda *a, **k: calls.append(k) or compose(*a, **k))
    return calls


@pytest.fixture
def context(tmp_path: Path, tiny_bert: Path) -> RunContext:
    return RunContext(Store(tmp_path / "runs"), Pocket(), local(str(tiny_bert)), tmp_path / "cache")


@pytest.fixture
def tiny_run(tiny_bert: Path):
    """The run of some overrides on the tiny BERT: a few steps on a few examples."""

    def make(*overrides: str) -> Run:
        small = ["training.steps=4", "training.batch_size=8", "data.train_limit=40", "data.dev_limit=24"]
        return run_of(compose_config(["model=local", f"model.path={tiny_bert}", *small, *overrides]))

    return make
