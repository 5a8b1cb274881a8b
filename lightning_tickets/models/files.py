"""The files of a pre-trained network as transformers saves it: which of them are read, and what they say. No torch."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lightning_tickets.checks import integer
from lightning_tickets.errors import UserError, reason
from lightning_tickets.fingerprints import file_checksum
from lightning_tickets.models.operations import Sizes

CONFIG = "config.json"
SAFETENSORS = ("model.safetensors", "model.safetensors.index.json")
PICKLED = ("pytorch_model.bin", "pytorch_model.bin.index.json")
VOCABULARIES = ("tokenizer.json", "vocab.txt", "vocab.json", "spiece.model", "sentencepiece.bpe.model")
TOKENIZER = """tokenizer.json vocab.txt tokenizer_config.json special_tokens_map.json added_tokens.json vocab.json
merges.txt spiece.model sentencepiece.bpe.model""".split()
LAYERS = ("num_hidden_layers", "n_layers")
SIZES = """hidden_size dim intermediate_size hidden_dim num_attention_heads n_heads vocab_size
max_position_embeddings""".split()
WIDTHS, INNER = ("hidden_size", "dim"), ("intermediate_size", "hidden_dim")
MOST_LAYERS, LARGEST = 1000, 10_000_000  # more than any encoder has
AFTER_PADDING = """camembert data2vec-text esm ibert longformer luke mpnet roberta roberta-prelayernorm xlm-roberta
xlm-roberta-xl xmod""".split()
# Types of networks whose query, key, value and output matrices split by attention head (models/attention_heads.py).
SPLIT_BY_HEAD = """bert big_bird camembert convbert data2vec-text distilbert electra ernie longformer luke megatron-bert
mobilebert mra nystromformer rembert roberta roberta-prelayernorm roc_bert roformer xlm-roberta xlm-roberta-xl xmod
yoso""".split()
# Types of networks whose batches can be packed (models/packing.py).
PACKABLE = """bert bert-generation camembert data2vec-text distilbert electra ernie roberta roberta-prelayernorm
roc_bert xlm-roberta xlm-roberta-xl xmod""".split()
# Types of networks whose layers are BERT's, by the names of their parts (models/last_layer.py).
BERT_LAYERS = "bert bert-generation camembert data2vec-text electra ernie roberta roc_bert xlm-roberta".split()
FIRST_TOKEN_ONLY = [*BERT_LAYERS, "distilbert"]  # whose last layer can be computed for the first token alone


def model_files(folder: Path, label: str) -> list[str]:
    """Every file that is read, by name; UserError under the name ``label`` where one is missing."""
    if not folder.is_dir():
        raise UserError(f"model.path={label} is not a folder")
    if not (folder / CONFIG).is_file():
        raise UserError(f"model.path={label}: no {CONFIG} in the folder")
    _config(folder / CONFIG, label)
    return [CONFIG, *weight_files(folder, label), *tokenizer_files(folder, label)]


def check_packable(model_type: str | None) -> None:
    """UserError for a type of network that cannot read packed batches; None is not known yet."""
    if model_type is not None and model_type not in PACKABLE:
        known = ", ".join(PACKABLE)
        raise UserError(f"training.packed=true: not for a network of type {model_type}; expected one of {known}")


def weight_files(folder: Path, label: str) -> list[str]:
    """The file of weights or the index and its shards, in transformers' order of preference: safetensors first."""
    allowed = (*SAFETENSORS, *PICKLED)
    first = next((name for name in allowed if (folder / name).is_file()), None)
    if first is None:
        raise UserError(f"model.path={label}: no {' or '.join(allowed)} in the folder")
    if not first.endswith(".index.json"):
        return [first]
    content = _json(folder / first, label)
    shards = content.get("weight_map")
    if not isinstance(shards, dict) or not shards:
        raise UserError(f"model.path={label}: {first} has no weight_map")
    names = sorted({str(name) for name in shards.values()})
    for name in names:
        if Path(name).name != name or not (folder / name).is_file():
            raise UserError(f"model.path={label}: no {name} in the folder, which {first} names")
    return [first, *names]


def parameters(folder: Path, label: str) -> int:
    """Roughly how many weights there are, by the size of their files, in single precision."""
    names = weight_files(folder, label)
    return sum((folder / name).stat().st_size for name in names if not name.endswith(".json")) // 4


def tokenizer_files(folder: Path, label: str) -> list[str]:
    """The files of the tokenizer, at least one of them a vocabulary."""
    if not any((folder / name).is_file() for name in VOCABULARIES):
        raise UserError(f"model.path={label}: no {' or '.join(VOCABULARIES)} in the folder")
    return [name for name in TOKENIZER if (folder / name).is_file()]


def digest(folder: Path, names: Iterable[str]) -> str:
    """Sixteen hex digits over the content of some files."""
    content = hashlib.sha256()
    for name in names:
        content.update(f"{name}={file_checksum(folder / name)}\n".encode())
    return content.hexdigest()[:16]


def positions(config: Path, label: str) -> int:
    """How many tokens the encoder takes; RoBERTa's kind counts its positions from behind the padding's."""
    given = _config(config, label)
    count = int(given.get("max_position_embeddings", 512))
    if str(given.get("model_type")) not in AFTER_PADDING:
        return count
    return count - 1 - int(integer(0, LARGEST)(f"model.path={label}: pad_token_id", given.get("pad_token_id", 1)))


def model_type(config: Path, label: str) -> str:
    """The name of the architecture in transformers, "" where the config has none."""
    return str(_config(config, label).get("model_type", ""))


def sizes(config: Path, label: str) -> Sizes | None:
    """Its sizes as BERT or DistilBERT name them; None if the config has not all of them."""
    given = _config(config, label)
    groups = (LAYERS, WIDTHS, INNER, ("vocab_size",))
    named = [int(given[name]) for names in groups for name in names if name in given]
    return Sizes(*named) if len(named) == len(groups) else None


def _config(path: Path, label: str) -> dict[str, Any]:
    """config.json; UserError for a size that no network has, for which a library would run on and on."""
    given = _json(path, label)
    for check, names in ((integer(1, MOST_LAYERS), LAYERS), (integer(1, LARGEST), SIZES)):
        for name in set(names) & set(given):
            check(f"model.path={label}: {path.name}: {name}", given[name])
    return given


def _json(path: Path, label: str) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        raise UserError(f"model.path={label}: {path.name} cannot be read ({reason(error)})") from error
    if not isinstance(content, dict):
        raise UserError(f"model.path={label}: {path.name} cannot be read (not a mapping)")
    return content
