"""The shipped model, loaded once, and copies of its folder to spoil."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from lightning_tickets.models.encoder import load_encoder
from lightning_tickets.pocket import MODEL_DIR

torch.set_num_threads(1)
Weights = dict[str, Tensor]


@pytest.fixture(scope="session")
def pocket() -> Any:
    """θ0; not to be written into."""
    return load_encoder(MODEL_DIR)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped folder."""
    return Path(shutil.copytree(MODEL_DIR, tmp_path / "model"))


@pytest.fixture
def rewritten(folder: Path) -> Callable[[Callable[[Weights], Weights]], Path]:
    """A copy of the shipped folder whose weights went through a function."""

    def change(weights: Callable[[Weights], Weights]) -> Path:
        file = folder / "model.safetensors"
        save_file(weights(load_file(file)), file, metadata={"format": "pt"})
        return folder

    return change
