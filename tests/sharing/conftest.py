"""A small finished sweep with a ticket, and tickets that pruners make of the pocket network."""

from collections.abc import Callable
from pathlib import Path

import pytest

import lightning_tickets as lt
from lightning_tickets.models.attention_heads import attention_heads
from lightning_tickets.models.encoder import load_encoder, prunable
from lightning_tickets.pocket import MODEL_DIR
from lightning_tickets.pruning.attention_heads import heads
from lightning_tickets.pruning.magnitude import magnitude
from lightning_tickets.pruning.mask import Mask, full, size
from lightning_tickets.pruning.two_four import two_four
from tests.commands import SHORT, inside

Ticket = Callable[[str, float], Path]


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cell with its ticket, the full network and one from scratch, two seeds each."""
    root = tmp_path_factory.mktemp("shared") / "root"
    inside(root, "run", "-m", "task=cola", "subnetwork=imp,full,scratch", "sparsity=20", "seed=1,2", *SHORT)
    return root


@pytest.fixture(scope="session")
def found(root: Path) -> Path:
    """The ticket's round in that store."""
    return next((root / "runs").glob("find-cola-*/round-02"))


def pruned(encoder: object, pruner: str, sparsity: float) -> Mask:
    weights = {name: weight.detach() for name, weight in prunable(encoder).items()}
    count = round(size(weights) * (1 - sparsity))
    if pruner == "heads":
        return heads(weights, full(weights), count, heads=attention_heads(encoder))
    return {"two_four": two_four, "magnitude": magnitude}[pruner](weights, full(weights), count)


@pytest.fixture
def ticket(tmp_path: Path) -> Ticket:
    """A ticket without provenance that a pruner makes of the pocket network."""

    def make(pruner: str, sparsity: float) -> Path:
        path = tmp_path / f"{pruner}.safetensors"
        lt.Ticket(pruned(load_encoder(MODEL_DIR), pruner, sparsity)).save(path)
        return path

    return make
