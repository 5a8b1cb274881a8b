"""A pre-trained network's folder: its fingerprint follows every file that is read, and missing files are named."""

from pathlib import Path

import pytest

from lightning_tickets.errors import UserError
from lightning_tickets.models.folders import local, pocket
from lightning_tickets.pocket import MODEL_DIR


def message(folder: Path) -> str:
    with pytest.raises(UserError) as raised:
        local(str(folder)).fingerprint()
    assert len(str(raised.value).splitlines()) == 1
    return str(raised.value)


def test_the_fingerprint_is_sixteen_hex_digits() -> None:
    found = pocket().fingerprint()
    assert len(found) == 16 and int(found, 16) >= 0


def test_a_copy_has_the_same_fingerprint(folder: Path) -> None:
    assert local(str(folder)).fingerprint() == pocket().fingerprint()


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


def test_a_further_vocabulary_changes_the_fingerprint(folder: Path) -> None:
    (folder / "vocab.txt").write_text("[PAD]\n")
    assert local(str(folder)).fingerprint() != pocket().fingerprint()


def test_a_file_that_is_not_read_does_not_change_it(folder: Path) -> None:
    (folder / "README.md").write_text("about")
    assert local(str(folder)).fingerprint() == pocket().fingerprint()


@pytest.mark.parametrize("file", ["config.json", "model.safetensors"])
def test_a_missing_file_is_named(file: str, folder: Path) -> None:
    (folder / file).unlink()
    assert file in message(folder) and str(folder) in message(folder)


def test_a_missing_tokenizer_is_named_with_both_of_its_forms(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    assert "tokenizer.json or vocab.txt" in message(folder)


def test_one_form_of_tokenizer_is_enough(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    (folder / "vocab.txt").write_text("[PAD]\n")
    assert len(local(str(folder)).fingerprint()) == 16


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert f"model.path={tmp_path / 'nowhere'}" in message(tmp_path / "nowhere")


def test_the_home_folder_is_understood(monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(MODEL_DIR.parent))
    assert local("~/model").fingerprint() == pocket().fingerprint()


def test_the_names_that_runs_are_told() -> None:
    assert (pocket().name, local("anywhere").name) == ("pocket", "local")


def test_the_positions_come_from_the_config() -> None:
    assert pocket().max_length() == 48


def test_a_damaged_config_is_one_line(folder: Path) -> None:
    (folder / "config.json").write_text("{")
    with pytest.raises(UserError) as raised:
        local(str(folder)).max_length()
    assert len(str(raised.value).splitlines()) == 1
