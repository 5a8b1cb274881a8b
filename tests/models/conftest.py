"""The shipped model, copies of its folder to spoil, and a tiny network of each architecture saved to disk."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import AutoModel, BertConfig, DistilBertConfig, ElectraConfig, PretrainedConfig, RobertaConfig

from lightning_tickets.models.encoder import load_encoder, load_tokenizer
from lightning_tickets.models.heads import make_head
from lightning_tickets.pocket import MODEL_DIR
from lightning_tickets.tasks.masked_lm import MaskedLM

Weights = dict[str, Tensor]
SIZES = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
WORDS = {"vocab_size": 231, "max_position_embeddings": 50}
MINILM = {"hidden_size": 24, "intermediate_size": 96, "num_hidden_layers": 3, "num_attention_heads": 12}
ARCHITECTURES: dict[str, PretrainedConfig] = {
    "bert": BertConfig(**SIZES, **WORDS),
    "minilm": BertConfig(**MINILM, **WORDS),
    "distilbert": DistilBertConfig(**WORDS, dim=16, hidden_dim=32, n_layers=2, n_heads=2),
    "roberta": RobertaConfig(**SIZES, **WORDS, type_vocab_size=1),
    "electra": ElectraConfig(**SIZES, **WORDS, embedding_size=8),
}


@pytest.fixture(scope="session", params=ARCHITECTURES)
def architecture(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def config(architecture: str) -> PretrainedConfig:
    return ARCHITECTURES[architecture]


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory, config: PretrainedConfig) -> Callable[..., Path]:
    """The architecture saved by an ``AutoModel…`` class, no value of it zero; not to be written into."""

    @cache
    def save(kind: Any = AutoModel) -> Path:
        torch.manual_seed(4)
        model = kind.from_config(config)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter), alpha=0.1)
        folder = tmp_path_factory.mktemp(kind.__name__)
        model.save_pretrained(folder)
        for name in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(MODEL_DIR / name, folder)
        return folder

    return save


@pytest.fixture(scope="session")
def pocket() -> Any:
    """θ0; not to be written into."""
    return load_encoder(MODEL_DIR)


@pytest.fixture(scope="session")
def inputs() -> Weights:
    """Two padded sentences, without token types: not every architecture has them."""
    sentences = ["the dog sees the old cat .", "mary likes the horse and the horse likes mary today ."]
    given = load_tokenizer(MODEL_DIR)(sentences, padding=True, return_tensors="pt")
    return {name: given[name] for name in ("input_ids", "attention_mask")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped folder."""
    return Path(shutil.copytree(MODEL_DIR, tmp_path / "model"))


def head_on_pocket(folder: Path) -> Any:
    return make_head(MaskedLM(), load_encoder(MODEL_DIR), folder, 1)


@pytest.fixture(params=[load_encoder, head_on_pocket])
def load(request: pytest.FixtureRequest) -> Callable[[Path], Any]:
    """Each way to read the weights of a folder."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def rewritten(folder: Path) -> Callable[[Callable[[Weights], Weights]], Path]:
    """A copy of the shipped folder whose weights went through a function."""

    def change(weights: Callable[[Weights], Weights]) -> Path:
        file = folder / "model.safetensors"
        save_file(weights(load_file(file)), file, metadata={"format": "pt"})
        return folder

    return change


@pytest.fixture
def as_bin(folder: Path) -> Path:
    """A copy of the shipped folder with its weights in the old format only."""
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    return folder
