"""Leases: one worker at a time; a dead holder is replaced at once, a silent one after its time."""

import json
import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from lightning_tickets.errors import Busy
from lightning_tickets.runs import lease
from lightning_tickets.runs.lease import Lease, holders
from lightning_tickets.runs.store import Store

SPAWN = multiprocessing.get_context("spawn")
NAME = "find-a/round-01"


def hold(root, ready):
    with Lease.take(root, NAME, 60.0):
        ready.set()
        time.sleep(60)


def publish(root, number, begun, go):
    """Holds its lease from ``begun`` on, and publishes when ``go`` says so; exit status 3 if it may not."""
    store = Store(root)
    with Lease.take(root, NAME, 1.0) as own:
        begun.set()
        go.wait(60)
        try:
            with store.publish(NAME, None, own) as folder:
                (folder / "who").write_text(str(number))
        except Busy:
            os._exit(3)


def compete(root, number, barrier):
    barrier.wait()
    own = Lease.take(root, NAME, 60.0)
    if own is not None:
        with own:
            (root / f"won-{number}").touch()
            time.sleep(1.0)


@pytest.fixture
def other(tmp_path):
    """A process that holds the lease."""
    ready = SPAWN.Event()
    process = SPAWN.Process(target=hold, args=(tmp_path, ready), daemon=True)
    process.start()
    ready.wait(60)
    yield process
    process.kill()
    process.join()


def test_a_lease_is_taken_once_and_again_when_it_is_given_back(tmp_path):
    with Lease.take(tmp_path, NAME, 60.0):
        assert Lease.take(tmp_path, NAME, 60.0) is None
        assert [name for name, _ in holders(tmp_path)] == [NAME]
    assert list(holders(tmp_path)) == [] and list((tmp_path / lease.FOLDER).iterdir()) == []
    with Lease.take(tmp_path, NAME, 60.0):
        pass


def test_of_eight_that_ask_at_once_one_has_it(tmp_path):
    barrier = SPAWN.Barrier(8)
    together = [SPAWN.Process(target=compete, args=(tmp_path, n, barrier)) for n in range(8)]
    for process in together:
        process.start()
    for process in together:
        process.join()
    assert len(list(tmp_path.glob("won-*"))) == 1


def test_a_living_worker_is_not_followed(tmp_path, other):
    assert Lease.take(tmp_path, NAME, 60.0) is None
    assert [holder.pid for _, holder in holders(tmp_path)] == [other.pid]


def test_a_dead_worker_of_this_machine_is_followed_at_once(tmp_path, other):
    other.kill()
    other.join()
    assert list(holders(tmp_path)) == []
    with Lease.take(tmp_path, NAME, 60.0) as own:
        assert own.number == 2


def test_a_number_that_another_process_has_got_meanwhile_is_not_the_dead_worker(tmp_path, other):
    path = tmp_path / lease.FOLDER / NAME.replace("/", "--") / "1"
    holder = json.loads(path.read_text())
    path.write_text(json.dumps(holder | {"started": "1"}))
    assert Lease.take(tmp_path, NAME, 60.0) is not None


def test_a_worker_of_another_machine_is_followed_after_its_time_without_a_beat(tmp_path, other):
    path = tmp_path / lease.FOLDER / NAME.replace("/", "--") / "1"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"machine": "elsewhere"}))
    assert Lease.take(tmp_path, NAME, 1.0) is None
    time.sleep(0.6)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"beat": 7}))
    assert Lease.take(tmp_path, NAME, 1.0) is None
    time.sleep(0.6)
    assert Lease.take(tmp_path, NAME, 1.0) is None, "it has beaten within its time"
    time.sleep(1.2)
    assert Lease.take(tmp_path, NAME, 1.0) is not None


def test_a_beating_worker_keeps_its_lease(tmp_path):
    with Lease.take(tmp_path, NAME, 0.4) as own:
        for _ in range(10):
            assert Lease.take(tmp_path, NAME, 0.4) is None
            time.sleep(0.15)
        own.check()


def test_half_a_lease_is_watched_like_one(tmp_path):
    """A worker that died between creating its file and writing it, or whose disk was full."""
    folder = tmp_path / lease.FOLDER / NAME.replace("/", "--")
    folder.mkdir(parents=True)
    (folder / "1").write_text("")
    assert Lease.take(tmp_path, NAME, 0.3) is None
    time.sleep(0.5)
    assert Lease.take(tmp_path, NAME, 0.3) is not None


def test_a_paused_worker_that_wakes_up_cannot_publish_over_its_successor(tmp_path):
    starts = [(SPAWN.Event(), SPAWN.Event()) for _ in range(2)]
    first = SPAWN.Process(target=publish, args=(tmp_path, 1, *starts[0]))
    first.start()
    starts[0][0].wait(60)
    os.kill(first.pid, signal.SIGSTOP)
    until = time.monotonic() + 30
    while (own := Lease.take(tmp_path, NAME, 1.0)) is None:
        assert time.monotonic() < until
        time.sleep(0.2)
    os.kill(first.pid, signal.SIGCONT)
    starts[0][1].set()
    first.join(60)
    assert first.exitcode == 3 and not Store(tmp_path).has(NAME)
    with own, Store(tmp_path).publish(NAME, None, own) as folder:
        (folder / "who").write_text("2")
    assert (Path(tmp_path) / NAME / "who").read_text() == "2"
    assert not list((tmp_path / "find-a").glob(".draft-*"))


@pytest.mark.parametrize("name", ["cola-imp--two-s70-seed1-337203c8", "find-a--b-imp-seed0-1/round-01", NAME])
def test_an_artefact_is_found_by_its_name_whatever_dashes_it_has(tmp_path, name):
    with Lease.take(tmp_path, name, 60.0):
        assert list(dict(lease.leases(tmp_path))) == [name] == list(dict(holders(tmp_path)))
