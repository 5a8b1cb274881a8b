"""Claiming an artefact: made by one worker, waited for or busy for the others."""

import threading

import pytest

from lightning_tickets.errors import Busy
from lightning_tickets.runs.claim import checkpoints, claim
from lightning_tickets.runs.lease import Lease, holders
from lightning_tickets.runs.store import Store

NAME = "find-a/round-01"


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "root" / "runs")


def publish(store, lease=None):
    with store.publish(NAME, None, lease) as folder:
        (folder / "who").touch()


def starts(store):
    return [line for path in (store.root.parent / "journal").glob("begun-*") for line in path.read_text().split()]


def test_the_first_makes_it_and_the_next_finds_it(store):
    folder = checkpoints(store, NAME)
    folder.mkdir(parents=True)
    with claim(store, NAME, 60.0, waits=True) as lease:
        assert isinstance(lease, Lease) and folder.exists()
        publish(store, lease)
    assert not folder.exists() and starts(store) == [NAME] and list(holders(store.root)) == []
    with claim(store, NAME, 60.0, waits=True) as lease:
        assert lease is None
    assert starts(store) == [NAME]


def test_a_training_that_fails_keeps_its_checkpoints_and_gives_the_lease_back(store):
    checkpoints(store, NAME).mkdir(parents=True)
    with pytest.raises(RuntimeError), claim(store, NAME, 60.0, waits=True):
        raise RuntimeError
    assert checkpoints(store, NAME).exists() and list(holders(store.root)) == []


def test_what_another_worker_is_making_is_busy(store):
    with (
        Lease.take(store.root, NAME, 60.0),
        pytest.raises(Busy, match=f"{NAME}: another worker is making it"),
        claim(store, NAME, 60.0, waits=False),
    ):
        pass
    assert starts(store) == []


def test_it_is_waited_for(store, monkeypatch, capsys):
    monkeypatch.setattr("lightning_tickets.runs.claim.POLL", 0.05)
    with Lease.take(store.root, NAME, 60.0) as other:
        timer = threading.Timer(0.3, publish, (store, other))
        timer.start()
        with claim(store, NAME, 60.0, waits=True) as lease:
            assert lease is None and store.has(NAME)
        timer.join()
    assert capsys.readouterr().err.count(f"waiting for {NAME}") == 1
