"""A network on the hub, from a cache made by hand: the network is never asked."""

import shutil
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import huggingface_hub
import pytest
import torch
from huggingface_hub import constants
from safetensors.torch import load_file

from lightning_tickets.errors import UserError
from lightning_tickets.models.encoder import load_encoder, load_tokenizer
from lightning_tickets.models.folders import Folder, hub
from lightning_tickets.pocket import MODEL_DIR
from tests.checks import one_line, same

REPO, COMMIT = "someone/tiny-bert", "0123456789abcdef" * 2 + "01234567"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, offline."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    return tmp_path / "hub"


@pytest.fixture
def snapshot(cache: Path) -> Path:
    """The shipped network in the cache, each file a link to its blob."""
    repo = cache / "models--someone--tiny-bert"
    folder = repo / "snapshots" / COMMIT
    for part in (repo / "refs", repo / "blobs", folder):
        part.mkdir(parents=True)
    (repo / "refs" / "main").write_text(COMMIT)
    for number, name in enumerate(("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")):
        shutil.copy(MODEL_DIR / name, repo / "blobs" / f"blob{number}")
        (folder / name).symlink_to(f"../../blobs/blob{number}")
    return folder


def test_what_is_in_the_cache_is_loaded(snapshot: Path, pocket) -> None:
    place = hub(REPO, COMMIT)
    place.fetch()
    assert place.path == snapshot and place.max_length() == 48
    assert place.parameters() == Folder("pocket", MODEL_DIR).parameters()
    assert same(load_encoder(place.path).state_dict(), pocket.state_dict())
    assert load_tokenizer(place.path).vocab_size == 231


def test_a_repository_of_the_old_format_is_loaded(snapshot: Path, pocket) -> None:
    torch.save(load_file(snapshot / "model.safetensors"), snapshot / "pytorch_model.bin")
    (snapshot / "model.safetensors").unlink()
    assert torch.equal(load_encoder(hub(REPO, COMMIT).path).pooler.dense.weight, pocket.pooler.dense.weight)


def test_what_is_not_in_the_cache_is_one_line() -> None:
    place = hub(REPO, COMMIT)
    for ask in (place.fetch, lambda: place.path):
        assert one_line(ask).startswith(f"model.path={REPO}: cannot be fetched at 01234567 (")


def test_another_commit_is_not_taken_for_it(snapshot: Path) -> None:
    assert "cannot be fetched at ffffffff" in one_line(hub(REPO, "f" * 40).fetch)


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_snapshot_in_part_is_one_line(file: str, snapshot: Path) -> None:
    (snapshot / file).unlink()
    message = one_line(hub(REPO, COMMIT).fetch)
    assert message.startswith(f"model.path={REPO}@01234567: no ") and file in message


def test_nothing_is_asked_for_before_the_files_are(monkeypatch) -> None:
    asked = Mock(side_effect=AssertionError("the hub was asked"))
    monkeypatch.setattr(huggingface_hub, "snapshot_download", asked)
    place = hub(REPO, COMMIT)
    assert place.name == "hub" and place.max_length() is None and place.parameters() is None
    assert hub(REPO, COMMIT, 7).parameters() == 7
    assert len(place.fingerprint()) == 16 == len(place.tokenizer_fingerprint())
    assert "the hub was asked" in one_line(place.fetch)


def test_a_fingerprint_is_of_repository_and_commit(snapshot: Path) -> None:
    asked = [hub(REPO, COMMIT), hub(REPO, COMMIT), hub(REPO, "f" * 40), hub("other/tiny-bert", COMMIT)]
    for prints in ([place.fingerprint() for place in asked], [place.tokenizer_fingerprint() for place in asked]):
        assert prints[0] == prints[1] and len(set(prints)) == 3


@pytest.fixture
def asked(snapshot: Path, monkeypatch: pytest.MonkeyPatch) -> Mock:
    """What is called to download files."""
    download = Mock(return_value=str(snapshot))
    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    return download


def files_of(call: Any) -> list[str]:
    """The files that the call asks for."""
    assert (*call.args, call.kwargs["revision"]) == (REPO, COMMIT)
    return list(call.kwargs["allow_patterns"])


def test_safetensors_are_all_that_is_fetched_where_there_are_any(asked) -> None:
    place = hub(REPO, COMMIT)
    assert place.path == place.path and asked.call_count == 1, "once"
    files = files_of(asked.call_args)
    assert not any(file.endswith((".bin", ".py", ".h5", ".msgpack")) or file == "*" for file in files)
    assert {"config.json", "model.safetensors", "vocab.txt", "merges.txt"} <= set(files)


def test_the_old_format_is_fetched_where_there_are_none(asked, snapshot: Path) -> None:
    (snapshot / "model.safetensors").rename(snapshot / "pytorch_model.bin")
    assert hub(REPO, COMMIT).path == snapshot
    calls = [files_of(call) for call in asked.call_args_list]
    assert [any("pytorch_model" in file for file in files) for files in calls] == [False, True]


def test_a_failing_network_is_one_line(monkeypatch) -> None:
    fails = Mock(side_effect=ConnectionError("no route\nto host " + "x" * 500))
    monkeypatch.setattr(huggingface_hub, "snapshot_download", fails)
    message = one_line(hub(REPO, COMMIT).fetch)
    assert "(no route to host xxx" in message and len(message) < 350


REVISIONS = ["main", "", COMMIT[:39], COMMIT + "0", COMMIT.upper(), COMMIT + "\n", None, 7]
PATHS = ["", "a/b/c", "/tmp/model", "a b", "https://huggingface.co/a/b", None]
WRONG = [
    *[("model.revision", value, "expected a commit of 40 hex digits") for value in REVISIONS],
    *[("model.path", value, "expected a repository on the hub") for value in PATHS],
    *[("model.parameters", value, "expected an integer >= 1 or null") for value in (0, -1, 1.5, "many", True)],
]


@pytest.mark.parametrize(("key", "value", "allowed"), WRONG)
def test_a_wrong_value_is_refused(key: str, value, allowed: str) -> None:
    arguments = {"model.path": REPO, "model.revision": COMMIT, "model.parameters": None} | {key: value}
    with pytest.raises(UserError) as raised:
        hub(*arguments.values())
    assert str(raised.value).startswith(f"{key}=") and allowed in str(raised.value)


@pytest.mark.parametrize("path", ["bert-base-uncased", "google-bert/bert-base-uncased", "nreimers/MiniLM-L6-H384_v1.1"])
def test_names_of_repositories(path: str) -> None:
    assert hub(path, COMMIT).repo == path
