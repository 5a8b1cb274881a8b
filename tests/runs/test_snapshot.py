"""A snapshot verifies once what it has found sound, and looks again at what it has not."""

from pathlib import Path

import pytest

from lightning_tickets.errors import Damaged
from lightning_tickets.runs.snapshot import Snapshot
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
