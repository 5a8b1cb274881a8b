"""A snapshot verifies once what it has found sound, and keeps that for other processes until a file changes."""

import json
import os
import shutil
import time
from pathlib import Path
from unittest.mock import Mock

import pytest

from lightning_tickets.errors import Damaged
from lightning_tickets.runs.files import checksum, read_sealed
from lightning_tickets.runs.snapshot import INDEX, Snapshot, Verified
from lightning_tickets.runs.store import Store
from tests.runs.test_store import publish


def test_what_is_sound_is_not_verified_again(tmp_path: Path) -> None:
    store, snapshot = Store(tmp_path), Snapshot(tmp_path)
    folder = publish(store)
    found = snapshot.verify("run")
    assert found == store.verify("run")
    (folder / "result.json").write_text("another")
    assert snapshot.verify("run") == found
    with pytest.raises(Damaged, match="checksum"):
        Snapshot(tmp_path).verify("run")


def test_what_is_missing_or_damaged_is_looked_at_again(tmp_path: Path) -> None:
    store, snapshot = Store(tmp_path), Snapshot(tmp_path)
    with pytest.raises(Damaged):
        snapshot.verify("run")
    folder = publish(store)
    (folder / "result.json").write_text("another")
    with pytest.raises(Damaged, match="checksum"):
        snapshot.verify("run")
    (folder / "result.json").write_text("result")
    assert snapshot.verify("run") == store.verify("run")


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if some time had passed since files were written."""
    later = time.time_ns() + 10**10
    monkeypatch.setattr(time, "time_ns", lambda: later)


@pytest.fixture
def checksums(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files whose checksums have been computed."""
    computed: list[str] = []

    def recorded(path: Path, remove: Path | None = None) -> str:
        computed.append(path.name)
        return checksum(path, remove)

    monkeypatch.setattr("lightning_tickets.runs.store.checksum", recorded)
    return computed


@pytest.mark.usefixtures("settled")
def test_the_index_says_what_need_not_be_verified(tmp_path: Path, checksums: list[str]) -> None:
    publish(Store(tmp_path))
    first = Snapshot(tmp_path)
    manifest = first.verify("run")
    first.keep()
    checksums.clear()
    assert Snapshot(tmp_path).verify("run") == manifest and not checksums
    index = (tmp_path / INDEX).read_bytes()
    for damaged in (b"{", b"", index[:-1], index.replace(b"result.json", b"rezult.json")):
        (tmp_path / INDEX).write_bytes(damaged)
        checksums.clear()
        assert Snapshot(tmp_path).verify("run") == manifest and checksums


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("same_time", [False, True])
def test_a_file_that_has_changed_is_verified(tmp_path: Path, same_time: bool) -> None:
    folder = publish(Store(tmp_path))
    first, file = Snapshot(tmp_path), folder / "result.json"
    first.verify("run")
    first.keep()
    before = file.stat()
    file.write_text("tluser")  # as long as before
    if same_time:
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(Damaged, match="checksum"):
        Snapshot(tmp_path).verify("run")
    file.unlink()
    with pytest.raises(Damaged):
        Snapshot(tmp_path).verify("run")


@pytest.mark.usefixtures("settled")
def test_a_folder_that_cannot_be_listed_is_verified_each_time(
    tmp_path: Path, checksums: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(Store(tmp_path))
    monkeypatch.setattr(os, "scandir", Mock(side_effect=PermissionError(13, "Permission denied")))
    for _ in range(2):
        checksums.clear()
        snapshot = Snapshot(tmp_path)
        snapshot.verify("run")
        snapshot.keep()
        assert checksums


@pytest.mark.usefixtures("settled")
def test_what_another_experiment_left_in_the_index_does_not_stop_it(tmp_path: Path) -> None:
    publish(Store(tmp_path))
    snapshot = Snapshot(tmp_path)
    snapshot.verify("run")
    snapshot._index = {name: Verified({}, {}) for name in ("../x", "x" * 300)}
    snapshot.keep()
    assert list(Snapshot(tmp_path)._index) == ["run"]


def test_files_that_have_just_been_written_are_not_in_the_index(tmp_path: Path) -> None:
    publish(Store(tmp_path))
    snapshot = Snapshot(tmp_path)
    snapshot.verify("run")
    snapshot.keep()
    assert not (tmp_path / INDEX).exists()


@pytest.mark.usefixtures("settled")
def test_runs_that_are_gone_leave_the_index(tmp_path: Path) -> None:
    for name in ("run", "other"):
        publish(Store(tmp_path), name)
        snapshot = Snapshot(tmp_path)
        snapshot.verify(name)
        snapshot.keep()
        shutil.rmtree(tmp_path / name)
    assert set(json.loads(read_sealed(tmp_path / INDEX))) == {"other"}


@pytest.mark.usefixtures("settled")
def test_a_store_that_cannot_be_written_to_is_read_without_an_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(Store(tmp_path))
    snapshot = Snapshot(tmp_path)
    snapshot.verify("run")
    monkeypatch.setattr("tempfile.mkstemp", Mock(side_effect=PermissionError(13, "Permission denied")))
    snapshot.keep()
    assert not (tmp_path / INDEX).exists()
