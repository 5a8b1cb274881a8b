"""A pre-trained encoder without a head, and which of its matrices can be pruned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer, PreTrainedTokenizerBase
from transformers.utils import logging

from lightning_tickets.errors import UserError

logging.set_verbosity_error()
logging.disable_progress_bar()


def load_encoder(folder: Path) -> Any:
    """θ0 as an ``AutoModel`` in evaluation mode; what the files lack (a pooler) is drawn by a fixed seed."""
    with _readable(folder), seeded(0):
        encoder, report = AutoModel.from_pretrained(
            folder, trust_remote_code=False, dtype=torch.float32, output_loading_info=True
        )
        lacking = sorted(name for name in report["missing_keys"] if not name.startswith("pooler."))
        if lacking:
            raise UserError(f"model.path={folder}: model.safetensors lacks {lacking[0]} ({len(lacking)} in all)")
        return encoder.eval()


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    with _readable(folder):
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        return tokenizer


def fresh_encoder(config: Any, seed: int) -> Any:
    """The architecture with weights drawn by its own initialisation."""
    with seeded(seed):
        return AutoModel.from_config(config, trust_remote_code=False).eval()


def prunable(encoder: nn.Module) -> dict[str, Tensor]:
    """The weights of every linear map of the bare encoder, its embeddings' projections apart.

    For BERT: query, key, value, attention output, intermediate and output of each layer, and the pooler.
    """
    return {
        f"{name}.weight": module.weight
        for name, module in encoder.named_modules()
        if isinstance(module, nn.Linear) and not name.startswith("embeddings")
    }


def language_head_weights(folder: Path) -> dict[str, Tensor]:
    """The checkpoint's own BERT masked-LM head, without the tied decoder; empty where it has none."""
    path, found = folder / "model.safetensors", {}
    with _readable(folder), safe_open(path, framework="pt") as file:
        for name in file.keys():
            if name.startswith("cls.predictions.") and not name.endswith("decoder.weight"):
                found[_today(name.removeprefix("cls."))] = file.get_tensor(name)
    return found


def _today(name: str) -> str:
    """Old checkpoints name the normalisation after TensorFlow and list the decoder's bias by itself."""
    return name.replace(".gamma", ".weight").replace(".beta", ".bias").replace("decoder.bias", "bias")


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """The global generator at a seed, and back as it was afterwards: libraries draw from it."""
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        yield


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        raise UserError(f"model.path={folder}: cannot be loaded ({' '.join(str(error).split())[:200]})") from error
