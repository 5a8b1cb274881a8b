"""The store of a small finished sweep, and a copy of it to damage."""

import shutil
from pathlib import Path

import pytest

from tests.commands import SHORT, inside

SWEEP = ["task=cola", "subnetwork=imp,full", "sparsity=20", "seed=1", *SHORT]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("made") / "root"
    inside(root, "run", "-m", *SWEEP)
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "root"))
