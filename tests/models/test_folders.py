"""A pre-trained network's folder: its fingerprint follows every file that is read, and missing files are named."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModel, BertConfig

from lightning_tickets.models.encoder import load_encoder
from lightning_tickets.models.folders import local, pocket
from lightning_tickets.pocket import MODEL_DIR
from tests.checks import one_line

TOKENIZER_FILES = ["tokenizer.json", "vocab.txt", "vocab.json", "merges.txt", "tokenizer_config.json"]
TOKENIZER_FILES += ["special_tokens_map.json", "added_tokens.json", "spiece.model"]
POCKET = pocket().fingerprint(), pocket().tokenizer_fingerprint()


def fingerprints(folder: Path) -> tuple[str, str]:
    return local(str(folder)).fingerprint(), local(str(folder)).tokenizer_fingerprint()


def message(folder: Path) -> str:
    one_line(local(str(folder)).fingerprint)
    return one_line(local(str(folder)).fetch)


def test_fingerprints_are_sixteen_hex_digits() -> None:
    assert all(len(fingerprint) == 16 and int(fingerprint, 16) >= 0 for fingerprint in POCKET)


@pytest.mark.parametrize(
    ("file", "changed"),
    [
        *((file, (True, True)) for file in TOKENIZER_FILES),
        ("config.json", (True, False)),
        ("model.safetensors", (True, False)),
        ("README.md", (False, False)),
        ("pytorch_model.bin", (False, False)),
    ],
)
def test_one_byte_of_a_file_changes_the_fingerprints_that_follow_it(file: str, changed, folder: Path) -> None:
    """That of the network and that of its tokenizer, within a process too; a file that is not there is added."""
    assert fingerprints(folder) == POCKET
    content = bytearray((folder / file).read_bytes() if (folder / file).exists() else b"[PAD]\n")
    content[-4] ^= 1  # within a number of config.json
    (folder / file).write_bytes(content)
    whole, tokenizer = fingerprints(folder)
    assert (whole != POCKET[0], tokenizer != POCKET[1]) == changed


def test_the_old_format_has_a_fingerprint_of_its_own(as_bin: Path) -> None:
    before = local(str(as_bin)).fingerprint()
    torch.save({}, as_bin / "pytorch_model.bin")
    assert len({before, local(str(as_bin)).fingerprint(), POCKET[0]}) == 3


@pytest.fixture
def sharded(folder: Path) -> Path:
    """A copy of the shipped folder with its weights in several files."""
    (folder / "model.safetensors").unlink()
    AutoModel.from_pretrained(MODEL_DIR).save_pretrained(folder, max_shard_size="300KB")
    return folder


def test_every_shard_is_in_the_fingerprint_and_a_missing_one_is_named(sharded: Path) -> None:
    shards = sorted(sharded.glob("model-*.safetensors"))
    seen = {local(str(sharded)).fingerprint()}
    for shard in shards:
        shard.write_bytes(shard.read_bytes() + b" ")
        seen.add(local(str(sharded)).fingerprint())
    assert len(shards) > 1 and len(seen) == len(shards) + 1
    shards[1].unlink()
    assert f"no {shards[1].name} in the folder, which model.safetensors.index.json names" in message(sharded)


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"weight_map": {}}', '{"weight_map": {"a": "../vocab.txt"}}'])
def test_a_damaged_index_is_one_line(content: str, sharded: Path) -> None:
    (sharded / "model.safetensors.index.json").write_text(content)
    assert "model.safetensors.index.json" in message(sharded)


@pytest.mark.parametrize(
    ("file", "named"),
    [
        ("config.json", "config.json"),
        ("model.safetensors", "model.safetensors or model.safetensors.index.json or pytorch_model.bin or"),
        ("tokenizer.json", "tokenizer.json or vocab.txt or vocab.json"),
    ],
)
def test_a_missing_file_is_named_with_all_its_forms(file: str, named: str, folder: Path) -> None:
    (folder / file).unlink()
    assert named in message(folder) and str(folder) in message(folder)
    if file == "tokenizer.json":
        assert "tokenizer.json or vocab.txt" in one_line(local(str(folder)).tokenizer_fingerprint)


@pytest.mark.parametrize("file", ["vocab.txt", "vocab.json", "spiece.model"])
def test_one_form_of_tokenizer_is_enough(file: str, folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    (folder / file).write_text("[PAD]\n")
    assert len(local(str(folder)).fingerprint()) == 16


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert f"model.path={tmp_path / 'nowhere'}" in message(tmp_path / "nowhere")


def test_the_home_folder_is_understood(monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(MODEL_DIR.parent))
    assert local("~/model").fingerprint() == POCKET[0]
    assert (pocket().name, local("~/model").name) == ("pocket", "local")


def test_what_is_on_disk_is_available(folder: Path) -> None:
    pocket().fetch()
    local(str(folder)).fetch()


def test_the_positions_come_from_the_config() -> None:
    assert pocket().max_length() == 48 and BertConfig().max_position_embeddings == 512
    weights = sum(values.numel() for values in load_file(pocket().path / "model.safetensors").values())
    assert weights <= pocket().parameters() < 1.05 * weights


@pytest.mark.parametrize(
    "config",
    [
        {"model_type": "bert", "max_position_embeddings": 512, "pad_token_id": 0},
        {"model_type": "distilbert", "max_position_embeddings": 512, "pad_token_id": 0},
        {"model_type": "electra", "max_position_embeddings": 512},
        {"model_type": "roberta", "max_position_embeddings": 514, "pad_token_id": 1},
        {"model_type": "xlm-roberta", "max_position_embeddings": 514},
        {"model_type": "camembert", "max_position_embeddings": 514, "pad_token_id": 1},
        {"model_type": "bert"},
    ],
)
def test_positions_of_every_architecture_are_512(config, folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps(config))
    assert local(str(folder)).max_length() == 512


def test_so_many_tokens_and_not_one_more(saved) -> None:
    encoder, most = load_encoder(saved()), local(str(saved())).max_length()
    encoder(torch.full((1, most), 7))
    with pytest.raises((IndexError, RuntimeError)):
        encoder(torch.full((1, most + 1), 7))


BAD_CONFIGS = ["{", "[]", "3", '{"max_position_embeddings": null}', '{"max_position_embeddings": "a"}']


@pytest.mark.parametrize("content", BAD_CONFIGS)
def test_a_damaged_config_is_one_line(content: str, folder: Path) -> None:
    (folder / "config.json").write_text(content)
    one_line(local(str(folder)).max_length)
