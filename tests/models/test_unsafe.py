"""Nothing that comes with a network is ever run: neither its code nor a pickle's."""

import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch

from lightning_tickets.errors import UserError
from lightning_tickets.models.encoder import load_encoder, load_tokenizer
from lightning_tickets.models.heads import make_head
from lightning_tickets.pocket import MODEL_DIR
from lightning_tickets.tasks.masked_lm import MaskedLM


def head(folder: Path) -> Any:
    return make_head(MaskedLM(), load_encoder(MODEL_DIR), folder, 1)


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """What is there once something has been run."""
    return tmp_path / "marker"


@pytest.fixture
def with_code(folder: Path, marker: Path) -> Path:
    """The shipped folder with code beside it for every class that transformers could look for."""
    (folder / "evil.py").write_text(f"import pathlib\npathlib.Path({str(marker)!r}).touch()\n")
    config = json.loads((folder / "config.json").read_text())
    classes = {"AutoConfig": "evil.Config", "AutoModel": "evil.Model", "AutoModelForMaskedLM": "evil.Model"}
    (folder / "config.json").write_text(json.dumps(config | {"auto_map": classes}))
    tokenizer = json.loads((folder / "tokenizer_config.json").read_text())
    named = {"auto_map": {"AutoTokenizer": ["evil.Tokenizer", "evil.Tokenizer"]}}
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer | named))
    return folder


def test_a_known_architecture_is_transformers_own(with_code: Path, marker: Path, pocket) -> None:
    state = load_encoder(with_code).state_dict()
    assert all(torch.equal(value, state[name]) for name, value in pocket.state_dict().items())
    head(with_code)
    assert not marker.exists()


def test_the_tokenizers_code_is_not_run(with_code: Path, marker: Path) -> None:
    try:
        assert load_tokenizer(with_code).vocab_size == 231
    except UserError as error:
        assert len(str(error).splitlines()) == 1
    assert not marker.exists()


@pytest.mark.parametrize("load", [load_encoder, head])
def test_an_unknown_architecture_is_one_line(load, with_code: Path, marker: Path) -> None:
    config = json.loads((with_code / "config.json").read_text())
    (with_code / "config.json").write_text(json.dumps(config | {"model_type": "evil", "architectures": ["Model"]}))
    with pytest.raises(UserError) as raised:
        load(with_code)
    assert len(str(raised.value).splitlines()) == 1 and str(with_code) in str(raised.value)
    assert not marker.exists()


class Evil:
    """Unpickled, it runs a command."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.marker}",)


def by_torch(file: Path, evil: Evil) -> None:
    torch.save({"bert.pooler.dense.weight": evil}, file)


def by_old_torch(file: Path, evil: Evil) -> None:
    torch.save({"bert.pooler.dense.weight": evil}, file, _use_new_zipfile_serialization=False)


def by_pickle(file: Path, evil: Evil) -> None:
    file.write_bytes(pickle.dumps(evil, protocol=2))


@pytest.mark.parametrize("load", [load_encoder, head])
@pytest.mark.parametrize("write", [by_torch, by_old_torch, by_pickle])
def test_a_pickle_is_not_run(write, load, folder: Path, marker: Path) -> None:
    (folder / "model.safetensors").unlink()
    write(folder / "pytorch_model.bin", Evil(marker))
    with pytest.raises(UserError) as raised:
        load(folder)
    assert len(str(raised.value).splitlines()) == 1 and str(folder) in str(raised.value)
    assert not marker.exists()


def test_the_pickle_would_have_run(tmp_path: Path, marker: Path) -> None:
    by_torch(tmp_path / "pytorch_model.bin", Evil(marker))
    torch.load(tmp_path / "pytorch_model.bin", weights_only=False)
    assert marker.exists()
