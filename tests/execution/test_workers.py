"""A sweep in worker processes: each training is made once, whoever dies."""

import json
import multiprocessing
import os
import pickle
import re
import signal
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.execution import processes
from tests.commands import SHORT, begin, inside, process
from tests.tickets.artefacts import content

SWEEP = ["task=cola,mlm", "subnetwork=full,imp", "sparsity=20", "seed=1,2", *SHORT]
LONGER = ["task=cola", "subnetwork=imp", "sparsity=20", "seed=1", "training.steps=400", "data.train_limit=64"]


def test_a_work_item_can_be_sent_to_another_process(tmp_path):
    sweep = parse_sweep([*SWEEP, f"paths.root={tmp_path}"])
    for job in sweep.plan.jobs:
        item = sweep.work(job)
        assert pickle.loads(pickle.dumps(item)).target == job.target
        assert item.target.name == job.name


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What one process makes of the sweep."""
    root = tmp_path_factory.mktemp("alone") / "root"
    process(root, "run", "-m", *SWEEP)
    return content(root / "runs")


def test_four_drivers_of_one_sweep_make_each_training_once(alone, tmp_path):
    """Eight workers at the same runs: the same bytes, and as many beginnings as trainings."""
    root = tmp_path / "root"
    both = ["hydra.launcher.n_jobs=2", "logger=csv", "trainer.checkpoint_every=null"]
    drivers = [begin(root, "run", "-m", *SWEEP, *both) for _ in range(4)]
    for driver in drivers:
        _, err = driver.communicate(timeout=300)
        assert driver.returncode == 0, err[-2000:]
    assert content(root / "runs") == alone
    begun = [line for path in (root / "journal").glob("begun-*") for line in path.read_text().split()]
    assert sorted(begun) == sorted({str(Path(name).parent) for name in alone})


def test_a_worker_that_is_killed_is_replaced_and_its_job_goes_on(tmp_path):
    root = tmp_path / "root"
    driver = begin(root, "run", "-m", *LONGER, "hydra.launcher.n_jobs=2", "trainer.checkpoint_every=0.2")
    killed = set()
    until = time.monotonic() + 120
    while driver.poll() is None and len(killed) < 2 and time.monotonic() < until:
        for path in (root / "checkpoints").rglob("step-*.ckpt") if (root / "checkpoints").is_dir() else ():
            name = str(path.parent.relative_to(root / "checkpoints"))
            lease = root / "runs" / ".leases" / name.replace("/", "--")
            if name not in killed and lease.is_dir():
                os.kill(json.loads(max(lease.glob("[0-9]*")).read_text())["pid"], signal.SIGKILL)
                killed.add(name)
        time.sleep(0.05)
    out, err = driver.communicate(timeout=200)
    assert driver.returncode == 0, err[-2000:]
    assert killed, "no worker was killed"
    process(tmp_path / "whole", "run", "-m", *LONGER)
    assert content(root / "runs") == content(tmp_path / "whole" / "runs")


def test_ctrl_c_ends_soon_with_the_command_to_go_on(tmp_path):
    root = tmp_path / "root"
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background commands ignore it
    line = ["run", "-m", *LONGER, "hydra.launcher.n_jobs=2", "training.steps=4000", "trainer.checkpoint_every=0.2"]
    driver = begin(root, *line, start_new_session=True, preexec_fn=heard)
    until = time.monotonic() + 120
    while not list((root / "checkpoints").rglob("step-*.ckpt")) and time.monotonic() < until:
        time.sleep(0.1)
    began = time.monotonic()
    os.killpg(driver.pid, signal.SIGINT)
    _, err = driver.communicate(timeout=60)
    assert driver.returncode == 130 and time.monotonic() - began < 15, "five seconds where nothing else runs"
    assert "resume with: lightning-tickets run -m" in err and "Traceback" not in err
    journal = "".join(path.read_text() for path in (root / "journal").glob("*.log"))
    (stopped,) = re.findall(r"stopped after step (\d+)", journal)
    (saved,) = (root / "checkpoints").rglob("step-*.ckpt")
    assert int(saved.name.split("-")[1]) == int(stopped), "the training is where it was stopped"


def step(pipe, *_):
    """In place of a worker's loop: a step that no signal ends before its seconds are over, and then a checkpoint."""
    item = pipe.recv()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    (item.folder / "begun").touch()
    time.sleep(item.seconds)
    (item.folder / "checkpoint").touch()


@pytest.fixture
def stop_in_a_step(tmp_path, monkeypatch):
    """Leaves a launcher of two workers, one of them in a step of so many seconds."""
    monkeypatch.setattr(processes, "serve", step)

    def stop(seconds):
        with processes.ProcessLauncher(2) as launcher:
            launcher.submit([SimpleNamespace(name="long", folder=tmp_path, seconds=seconds)])
            until = time.monotonic() + 60
            while not (tmp_path / "begun").exists() and time.monotonic() < until:
                time.sleep(0.05)

    return stop


def test_a_worker_may_end_a_long_step(stop_in_a_step, tmp_path):
    stop_in_a_step(4)
    assert (tmp_path / "checkpoint").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_a_long_step(stop_in_a_step, tmp_path, monkeypatch, number):
    """The one that arrives while the launcher waits."""
    monkeypatch.setattr(processes._Worker, "join", lambda *_: os.kill(os.getpid(), number) or time.sleep(30))
    before = signal.getsignal(signal.SIGTERM), signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.raises(KeyboardInterrupt):
        stop_in_a_step(30)
    signal.signal(signal.SIGINT, before[1])
    assert signal.getsignal(signal.SIGTERM) == before[0]
    for child in multiprocessing.active_children():
        child.join(10)
    assert not multiprocessing.active_children() and not (tmp_path / "checkpoint").exists()


def test_a_failure_blocks_only_what_waits_for_it(tmp_path):
    root = tmp_path / "root"
    inside(root, "run", "job=find", "task=cola", "sparsity=10", *SHORT)
    (ticket,) = (root / "runs").glob("find-cola-*/round-01/ticket.safetensors")
    ticket.write_bytes(ticket.read_bytes()[:-1])
    message = inside(root, "run", "-m", *SWEEP, status=1).stderr
    assert "3 of 10 jobs failed; the others finished:" in message
    assert f"{ticket}: damaged" in message and "retry with: lightning-tickets run" in message
    assert message.count("waits for find-cola-") == 2
    names = sorted(path.name.split("-seed")[0] for path in (root / "runs").iterdir() if path.name[0] != ".")
    assert names == ["cola-full"] * 2 + ["find-cola-imp", "find-mlm-imp"] + ["mlm-full"] * 2 + ["mlm-imp-s20"] * 2
    (note,) = (root / "failures").iterdir()
    assert json.loads(note.read_text())["name"].startswith("find-cola")
    assert inside(root, "store", "gc", "--yes").stdout.count("round-01") == 1
    inside(root, "run", "-m", *SWEEP)
    assert not list((root / "failures").iterdir())
