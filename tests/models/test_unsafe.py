"""Nothing that comes with a network is ever run: neither its code nor a pickle's."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from lightning_tickets.errors import UserError
from lightning_tickets.models.encoder import load_tokenizer
from lightning_tickets.pocket import MODEL_DIR
from tests.checks import Evil, by_pickle, one_line, same


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """What is there once something has been run."""
    return tmp_path / "marker"


@pytest.fixture
def with_code(folder: Path, marker: Path) -> Path:
    """The shipped folder with code for every class that transformers could look for."""
    (folder / "evil.py").write_text(f"import pathlib\npathlib.Path({str(marker)!r}).touch()\n")
    classes = {"AutoConfig": "evil.Config", "AutoModel": "evil.Model", "AutoModelForMaskedLM": "evil.Model"}
    add_to(folder / "config.json", auto_map=classes)
    add_to(folder / "tokenizer_config.json", auto_map={"AutoTokenizer": ["evil.Tokenizer", "evil.Tokenizer"]})
    return folder


def add_to(file: Path, **content: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | content))


def test_a_known_architecture_is_transformers_own(load, with_code: Path, marker: Path) -> None:
    assert same(load(with_code).state_dict(), load(MODEL_DIR).state_dict())
    assert not marker.exists()


def test_the_tokenizers_code_is_not_run(with_code: Path, marker: Path) -> None:
    try:
        assert load_tokenizer(with_code).vocab_size == 231
    except UserError as error:
        assert len(str(error).splitlines()) == 1
    assert not marker.exists()


def test_an_unknown_architecture_is_one_line(load, with_code: Path, marker: Path) -> None:
    add_to(with_code / "config.json", model_type="evil", architectures=["Model"])
    assert str(with_code) in one_line(load, with_code)
    assert not marker.exists()


WEIGHT = "bert.pooler.dense.weight"
by_old_torch = partial(torch.save, _use_new_zipfile_serialization=False)


@pytest.mark.parametrize("save", [torch.save, by_old_torch, by_pickle])
def test_a_pickle_is_not_run(save, load, folder: Path, marker: Path) -> None:
    (folder / "model.safetensors").unlink()
    save({WEIGHT: Evil(marker)}, folder / "pytorch_model.bin")
    assert str(folder) in one_line(load, folder)
    assert not marker.exists()


def test_the_pickle_would_have_run(tmp_path: Path, marker: Path) -> None:
    torch.save({WEIGHT: Evil(marker)}, tmp_path / "pytorch_model.bin")
    torch.load(tmp_path / "pytorch_model.bin", weights_only=False)
    assert marker.exists()
