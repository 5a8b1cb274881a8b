"""A pre-trained network's folder: its fingerprint follows every file that is read, and missing files are named."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModel, BertConfig

from lightning_tickets.errors import UserError
from lightning_tickets.models.encoder import load_encoder
from lightning_tickets.models.folders import local, pocket
from lightning_tickets.pocket import MODEL_DIR

TOKENIZER_FILES = ["tokenizer.json", "vocab.txt", "vocab.json", "merges.txt", "tokenizer_config.json"]
TOKENIZER_FILES += ["special_tokens_map.json", "added_tokens.json", "spiece.model"]


def message(folder: Path) -> str:
    for ask in (local(str(folder)).fingerprint, local(str(folder)).fetch):
        with pytest.raises(UserError) as raised:
            ask()
        assert len(str(raised.value).splitlines()) == 1
    return str(raised.value)


@pytest.mark.parametrize("found", [pocket().fingerprint(), pocket().tokenizer_fingerprint()])
def test_a_fingerprint_is_sixteen_hex_digits(found: str) -> None:
    assert len(found) == 16 and int(found, 16) >= 0


def test_a_copy_has_the_same_fingerprints(folder: Path) -> None:
    copy = local(str(folder))
    assert copy.fingerprint() == pocket().fingerprint()
    assert copy.tokenizer_fingerprint() == pocket().tokenizer_fingerprint()


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"])
def test_one_byte_of_any_file_changes_the_fingerprint(file: str, folder: Path) -> None:
    content = bytearray((folder / file).read_bytes())
    content[-2] ^= 1
    (folder / file).write_bytes(content)
    assert local(str(folder)).fingerprint() != pocket().fingerprint()


def test_a_change_is_noticed_within_a_process(folder: Path) -> None:
    before = local(str(folder)).fingerprint()
    (folder / "config.json").write_text((folder / "config.json").read_text() + "\n")
    assert local(str(folder)).fingerprint() != before


@pytest.mark.parametrize("file", TOKENIZER_FILES)
def test_every_file_of_the_tokenizer_changes_both_fingerprints(file: str, folder: Path) -> None:
    (folder / file).write_text("[PAD]\n")
    assert local(str(folder)).fingerprint() != pocket().fingerprint()
    assert local(str(folder)).tokenizer_fingerprint() != pocket().tokenizer_fingerprint()


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "README.md"])
def test_another_network_has_the_same_tokenizer(file: str, folder: Path) -> None:
    (folder / file).write_text("other")
    assert local(str(folder)).tokenizer_fingerprint() == pocket().tokenizer_fingerprint()


@pytest.mark.parametrize("file", ["README.md", "pytorch_model.bin"])
def test_a_file_that_is_not_read_does_not_change_it(file: str, folder: Path) -> None:
    (folder / file).write_text("about")
    assert local(str(folder)).fingerprint() == pocket().fingerprint()


def test_the_old_format_has_a_fingerprint_of_its_own(as_bin: Path) -> None:
    before = local(str(as_bin)).fingerprint()
    torch.save({}, as_bin / "pytorch_model.bin")
    assert len({before, local(str(as_bin)).fingerprint(), pocket().fingerprint()}) == 3


@pytest.fixture
def sharded(folder: Path) -> Path:
    """A copy of the shipped folder with its weights in several files."""
    (folder / "model.safetensors").unlink()
    AutoModel.from_pretrained(MODEL_DIR).save_pretrained(folder, max_shard_size="300KB")
    return folder


def test_every_shard_is_in_the_fingerprint(sharded: Path) -> None:
    shards = sorted(sharded.glob("model-*.safetensors"))
    seen = {local(str(sharded)).fingerprint()}
    for shard in shards:
        shard.write_bytes(shard.read_bytes() + b" ")
        seen.add(local(str(sharded)).fingerprint())
    assert len(shards) > 1 and len(seen) == len(shards) + 1


def test_a_missing_shard_is_named(sharded: Path) -> None:
    shard = sorted(sharded.glob("model-*.safetensors"))[1]
    shard.unlink()
    assert f"no {shard.name} in the folder, which model.safetensors.index.json names" in message(sharded)


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", '{"weight_map": {}}', '{"weight_map": {"a": "../tokenizer.json"}}']
)
def test_a_damaged_index_is_one_line(content: str, sharded: Path) -> None:
    (sharded / "model.safetensors.index.json").write_text(content)
    assert "model.safetensors.index.json" in message(sharded)


@pytest.mark.parametrize("file", ["config.json", "model.safetensors"])
def test_a_missing_file_is_named(file: str, folder: Path) -> None:
    (folder / file).unlink()
    assert file in message(folder) and str(folder) in message(folder)


def test_missing_weights_are_named_with_all_their_forms(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    assert "model.safetensors or model.safetensors.index.json or pytorch_model.bin or" in message(folder)


def test_a_missing_tokenizer_is_named_with_its_forms(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    assert "tokenizer.json or vocab.txt or vocab.json" in message(folder)
    with pytest.raises(UserError, match=r"tokenizer\.json or vocab\.txt"):
        local(str(folder)).tokenizer_fingerprint()


@pytest.mark.parametrize("file", ["vocab.txt", "vocab.json", "spiece.model"])
def test_one_form_of_tokenizer_is_enough(file: str, folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    (folder / file).write_text("[PAD]\n")
    assert len(local(str(folder)).fingerprint()) == 16


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert f"model.path={tmp_path / 'nowhere'}" in message(tmp_path / "nowhere")


def test_the_home_folder_is_understood(monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(MODEL_DIR.parent))
    assert local("~/model").fingerprint() == pocket().fingerprint()


def test_the_names_that_runs_are_told() -> None:
    assert (pocket().name, local("anywhere").name) == ("pocket", "local")


def test_what_is_on_disk_is_at_hand(folder: Path) -> None:
    pocket().fetch()
    local(str(folder)).fetch()
    (folder / "model.safetensors").unlink()
    with pytest.raises(UserError, match="no model.safetensors"):
        local(str(folder)).fetch()


def test_the_positions_come_from_the_config() -> None:
    assert pocket().max_length() == 48
    weights = sum(values.numel() for values in load_file(pocket().path / "model.safetensors").values())
    assert weights <= pocket().parameters() < 1.05 * weights


@pytest.mark.parametrize(
    ("config", "wanted"),
    [
        ({"model_type": "bert", "max_position_embeddings": 512, "pad_token_id": 0}, 512),
        ({"model_type": "distilbert", "max_position_embeddings": 512, "pad_token_id": 0}, 512),
        ({"model_type": "electra", "max_position_embeddings": 512}, 512),
        ({"model_type": "roberta", "max_position_embeddings": 514, "pad_token_id": 1}, 512),
        ({"model_type": "xlm-roberta", "max_position_embeddings": 514}, 512),
        ({"model_type": "camembert", "max_position_embeddings": 514, "pad_token_id": 1}, 512),
        ({"model_type": "bert"}, 512),
    ],
)
def test_positions_by_architecture(config, wanted: int, folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps(config))
    assert local(str(folder)).max_length() == wanted


def test_so_many_tokens_and_not_one_more(saved) -> None:
    encoder, most = load_encoder(saved()), local(str(saved())).max_length()
    encoder(torch.full((1, most), 7))
    with pytest.raises((IndexError, RuntimeError)):
        encoder(torch.full((1, most + 1), 7))


@pytest.mark.parametrize(
    "content", ["{", "[]", "3", '{"max_position_embeddings": null}', '{"max_position_embeddings": "a"}']
)
def test_a_damaged_config_is_one_line(content: str, folder: Path) -> None:
    (folder / "config.json").write_text(content)
    with pytest.raises(UserError) as raised:
        local(str(folder)).max_length()
    assert len(str(raised.value).splitlines()) == 1


def test_the_default_number_of_positions_is_berts() -> None:
    assert BertConfig().max_position_embeddings == 512
