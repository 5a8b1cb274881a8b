"""A pre-trained encoder without a head, and which of its matrices can be pruned."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import MODEL_FOR_MASKED_LM_MAPPING, AutoConfig, AutoModel, AutoTokenizer, PreTrainedTokenizerBase
from transformers.utils import logging

from lightning_tickets.errors import UserError, reason

logging.set_verbosity_error()
logging.disable_progress_bar()


def load_encoder(folder: Path) -> Any:
    """θ0 as an ``AutoModel`` in evaluation mode; what the files lack (a pooler) is drawn by a fixed seed."""
    with readable(folder), seeded(0):
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
        if not _is_encoder(config):
            raise _not_allowed(folder, config)
        encoder, report = AutoModel.from_pretrained(
            folder, config=config, trust_remote_code=False, dtype=torch.float32, output_loading_info=True
        )
        lacking = sorted(name for name in report["missing_keys"] if not name.startswith("pooler."))
        if lacking:
            raise UserError(f"model.path={folder}: the weights lack {lacking[0]} ({len(lacking)} in all)")
        if not prunable(encoder, pooler=False):
            raise _not_allowed(folder, config)
        if wrong := not_finite(encoder):
            raise UserError(f"model.path={folder}: {wrong} holds a value that is not finite")
        return encoder.eval()


def not_finite(module: nn.Module) -> str | None:
    """The name of the first parameter with a value that is not finite."""
    return next((name for name, p in module.named_parameters() if not torch.isfinite(p).all()), None)


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """UserError for one that cannot pad, or with a word that the network has no embedding for."""
    with readable(folder):
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        network = AutoConfig.from_pretrained(folder, trust_remote_code=False)
        words = max(tokenizer.get_vocab().values()) + 1
        if words > network.vocab_size:
            raise UserError(f"model.path={folder}: {words} words in the tokenizer, {network.vocab_size} in the network")
        if tokenizer.pad_token_id is None:
            raise UserError(f"model.path={folder}: the tokenizer has no pad_token; expected one")
        return tokenizer


def token_types(folder: Path) -> int | None:
    """How many types of tokens the network has embeddings for; None if it reads no types."""
    with readable(folder):
        return getattr(AutoConfig.from_pretrained(folder, trust_remote_code=False), "type_vocab_size", 0) or None


def fresh_encoder(config: Any, seed: int) -> Any:
    """The architecture with weights drawn by its own initialisation."""
    with seeded(seed):
        return AutoModel.from_config(config, trust_remote_code=False).eval()


def prunable(encoder: nn.Module, pooler: bool = True) -> dict[str, Tensor]:
    """The weights of every linear map of the bare encoder, its embeddings' projections apart.

    For BERT: query, key, value, attention output, intermediate and output of each layer, with ``pooler`` its matrix.
    """
    return {
        f"{name}.weight": module.weight
        for name, module in encoder.named_modules()
        if isinstance(module, nn.Linear) and not _embeds(name) and (pooler or not _is_pooler(name))
    }


def pooler_policy(encoder: nn.Module, pooler: bool) -> str:
    """What becomes of the pooler's matrix: ``pruned``, ``dense``, or ``absent`` where the encoder has none."""
    if not any(_is_pooler(name) for name in prunable(encoder)):
        return "absent"
    return "pruned" if pooler else "dense"


def _is_pooler(name: str) -> bool:
    return name.split(".")[0] == "pooler"


def _embeds(name: str) -> bool:
    """ELECTRA and ALBERT map narrow embeddings to the hidden width, each in a place of its own."""
    return any(part.startswith("embedding") for part in name.split("."))


def _is_encoder(config: Any) -> bool:
    """What transformers can train by masked language modelling, and that reads in both directions."""
    one_way = getattr(config, "is_decoder", False) or getattr(config, "is_encoder_decoder", False)
    return type(config) in MODEL_FOR_MASKED_LM_MAPPING and not one_way


def _not_allowed(folder: Path, config: Any) -> UserError:
    allowed = "expected an encoder with BERT's linear maps: bert, distilbert, roberta, electra and their like"
    return UserError(f"model.path={folder}: a network of type {config.model_type}, {allowed}")


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """The global generator at a seed, and back as it was afterwards: libraries draw from it."""
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        yield


@contextmanager
def readable(folder: Path) -> Iterator[None]:
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        raise UserError(f"model.path={folder}: cannot be loaded ({reason(error)})") from error
