"""A training that is cut off at any step, by a signal, goes on to the bytes of one that was not."""

import csv
import os
import signal
import time
from dataclasses import replace
from functools import partial

import pytest
import pytorch_lightning as lightning
import torch

from lightning_tickets.components import Component
from lightning_tickets.errors import Interrupted
from lightning_tickets.fingerprints import checksum
from lightning_tickets.runs.store import Store
from lightning_tickets.tickets import workbench as bench
from lightning_tickets.tickets.score import score_run
from lightning_tickets.tickets.search import find_ticket
from lightning_tickets.training.checkpoint import SIGNALS, Checkpoint
from lightning_tickets.training.config import Hardware
from lightning_tickets.training.loggers import LoggerConfig
from tests.checks import Evil, by_pickle
from tests.commands import SHORT, begin
from tests.tickets.artefacts import content

CSV = Component("csv", 1, target="lightning_tickets.training.loggers.csv")
SEARCHES = {
    "imp": ["task=cola", "sparsity=20"],
    "masked": ["task=mlm", "sparsity=10"],
    "rewound": ["task=cola", "rewind=0.5", "subnetwork=rewound", "sparsity=20"],
    "standard": ["task=stsb", "rewind=none", "sparsity=20"],
    "movement": ["task=cola", "pruner=movement", "sparsity=10"],
    "tamt": ["task=mlm", "pruner=tamt", "sparsity=20"],
    "obert": ["task=cola", "pruner=obert", "sparsity=20"],
    "mixed": ["task=rte", "source=cola+mlm", "mix=sampled", "sparsity=10"],
    "drawn": ["task=rte", "source=cola+mlm", "mix=sampled", "sparsity=10", "protocol.mlm_evaluation=drawn"],
    "skipping": ["task=cola", "training.unread=skip", "rewind=0.5", "subnetwork=rewound", "sparsity=20"],
    "carried": ["task=cola", "protocol.head=carried", "rewind=0.25", "sparsity=20"],
}


class Cut(lightning.Callback):
    """Sends this process a signal in the middle of some step of every fit."""

    def __init__(self, step, number):
        self.step, self.number = step, number

    def on_before_optimizer_step(self, trainer, *_):
        if trainer.global_step == self.step - 1:
            os.kill(os.getpid(), self.number)


def signal_in(hook, number):
    """A callback that sends this process a signal whenever Lightning calls this hook."""
    callback = lightning.Callback()
    setattr(callback, hook, lambda *_, **__: os.kill(os.getpid(), number))
    return callback


def add_callback(patch, callback):
    """Every fit from now on has this callback too."""
    whole = bench.fit

    def fit(encoder, parts, course, sampled, seeds, callbacks, *rest):
        return whole(encoder, parts, course, sampled, seeds, [*callbacks, callback], *rest)

    patch.setattr(bench, "fit", fit)


@pytest.fixture
def with_callback(monkeypatch):
    return partial(add_callback, monkeypatch)


@pytest.fixture
def cut(with_callback):
    """Every fit from now on is cut at some step."""
    return lambda step, number=signal.SIGTERM: with_callback(Cut(step, number))


@pytest.fixture
def with_checkpoints(context):
    return replace(context, hardware=Hardware(checkpoint_every=3600.0))


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_every_round_cut_once_ends_at_the_same_bytes(search, step, with_checkpoints, tiny_run, tmp_path, cut):
    run = tiny_run(*SEARCHES[search])
    whole = replace(with_checkpoints, store=Store(tmp_path / "whole" / "runs"))
    score_run(run, whole)
    cut(step)
    interrupted = 0
    while True:
        try:
            score_run(run, with_checkpoints)
            break
        except Interrupted:
            interrupted += 1
            assert interrupted < 12
    assert interrupted
    assert content(with_checkpoints.store.root) == content(whole.store.root)
    assert not list((with_checkpoints.store.root.parent / "checkpoints").rglob("*.ckpt"))


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("hook", ["on_save_checkpoint", "on_train_end", "on_validation_start", "on_validation_end"])
def test_a_signal_at_any_other_time_is_answered_too(
    hook, number, context, tiny_run, tmp_path, with_callback, monkeypatch
):
    run, often = tiny_run("task=cola", "subnetwork=full"), replace(context, hardware=Hardware(checkpoint_every=0.0))
    score_run(run, replace(often, store=Store(tmp_path / "whole" / "runs")))
    before = [signal.getsignal(one) for one in SIGNALS]
    with pytest.raises(Interrupted) as raised:
        with_callback(signal_in(hook, number))
        score_run(run, often)
    assert raised.value.signals == {number} and [signal.getsignal(one) for one in SIGNALS] == before
    assert not often.store.has(run.name)
    monkeypatch.undo()
    score_run(run, often)
    assert content(often.store.root) == content(tmp_path / "whole" / "runs")


def test_without_checkpoints_a_signal_is_answered_too(context, tiny_run, cut):
    cut(2)
    with pytest.raises(Interrupted, match="stopped after step 2"):
        score_run(tiny_run("task=cola", "subnetwork=full"), context)
    assert not (context.store.root.parent / "checkpoints").exists()


def test_a_signal_counts_where_its_training_fails(with_checkpoints, tiny_run, with_callback):
    class Fails(Cut):
        def on_before_optimizer_step(self, trainer, *_):
            super().on_before_optimizer_step(trainer)
            raise RuntimeError

    with_callback(Fails(1, signal.SIGTERM))
    with pytest.raises(Interrupted):
        score_run(tiny_run("task=cola", "subnetwork=full"), with_checkpoints)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_with_the_command_to_go_on(number, tmp_path):
    line = ["task=cola", "subnetwork=full", "seed=1", *SHORT, "training.steps=20000", "logger=csv"]
    running = begin(tmp_path, "run", *line, "trainer.checkpoint_every=null")
    until = time.monotonic() + 300
    while not list(tmp_path.rglob("metrics.csv")) and time.monotonic() < until:
        time.sleep(0.1)
    running.send_signal(number)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130, err[-2000:]
    assert "interrupted; resume with: lightning-tickets run task=cola" in err and "Traceback" not in err


def test_its_curve_goes_on_where_it_was(with_checkpoints, tiny_run, tmp_path, cut, monkeypatch):
    run = tiny_run("task=cola", "subnetwork=full", "training.steps=60")
    logger = LoggerConfig(CSV, tmp_path / "whole")
    whole = replace(with_checkpoints, store=Store(tmp_path / "w" / "runs"), logger=logger)
    part = replace(with_checkpoints, logger=LoggerConfig(CSV, tmp_path / "part"))
    score_run(run, whole)
    for step in (25, 27, 44):
        cut(step)
        with pytest.raises(Interrupted):
            score_run(run, part)
        monkeypatch.undo()
    score_run(run, part)
    one, other = (_rows(tmp_path / name / run.name / "metrics.csv") for name in ("whole", "part"))
    assert one == other and len(one) == 6 + 1
    assert [path.name for path in (tmp_path / "part" / run.name).iterdir()] == ["metrics.csv"]


def _rows(path):
    """Of a curve, without the one column that a clock decides."""
    with path.open(newline="") as file:
        return [{key: row[key] for key in row if key != "train/examples_per_second"} for row in csv.DictReader(file)]


@pytest.mark.parametrize("damage", ["flip", "cut", "half"])
def test_a_damaged_checkpoint_is_passed_over(damage, with_checkpoints, tiny_run, cut, monkeypatch):
    run = tiny_run("task=cola", "subnetwork=full")
    whole = score_run(run, replace(with_checkpoints, store=Store(with_checkpoints.store.root / "w")))
    with monkeypatch.context():
        cut(2)
        with pytest.raises(Interrupted):
            score_run(run, with_checkpoints)
    (path,) = with_checkpoints.checkpoints(run.name).glob("step-2-*.ckpt")
    content = bytearray(path.read_bytes())
    if damage == "flip":
        content[len(content) // 2] ^= 1
    path.write_bytes(content[: {"cut": 100, "half": len(content) // 2}.get(damage, len(content))])
    monkeypatch.undo()
    assert score_run(run, with_checkpoints) == whole


def named_by_checksum(save):
    """A file that ``save`` writes, under the name of a checkpoint beyond the last step."""

    def make(folder):
        draft = folder / "draft"
        save(draft)
        draft.rename(folder / f"step-9-{checksum(draft)[:16]}.ckpt")

    return make


ODD = {  # beside a checkpoint of step 2, or in its place
    "another name": lambda folder: (folder / "step-x-y.ckpt").touch(),
    "a folder": lambda folder: (folder / "step-9-0123456789abcdef.ckpt").mkdir(),
    "a pipe": lambda folder: os.mkfifo(folder / "step-9-0123456789abcdef.ckpt"),
    "a link": lambda folder: (folder / "step-9-0123456789abcdef.ckpt").symlink_to("/dev/zero"),
    "garbage": named_by_checksum(lambda path: path.write_bytes(b"garbage")),
    "a pickle": named_by_checksum(lambda path: by_pickle(Evil(path.parent / "evil"), path)),
    "tensors": named_by_checksum(lambda path: torch.save({"state_dict": {}}, path)),
    "a list": named_by_checksum(lambda path: torch.save([1, 2], path)),
}


@pytest.mark.parametrize("alone", [False, True], ids=["beside", "alone"])
@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_checkpoint_is_passed_over(odd, alone, with_checkpoints, tiny_run, cut, monkeypatch):
    """The training goes on from the last good one, or begins again."""
    run, begun = tiny_run("task=cola", "subnetwork=full"), []
    whole = score_run(run, replace(with_checkpoints, store=Store(with_checkpoints.store.root / "w")))
    with monkeypatch.context():
        cut(2)
        with pytest.raises(Interrupted):
            score_run(run, with_checkpoints)
    monkeypatch.undo()
    folder = with_checkpoints.checkpoints(run.name)
    if alone:
        next(folder.glob("step-2-*.ckpt")).unlink()
    ODD[odd](folder)
    monkeypatch.setattr(Cut, "on_before_optimizer_step", lambda _, trainer, *__: begun.append(trainer.global_step))
    with monkeypatch.context():
        cut(0)
        assert score_run(run, with_checkpoints) == whole
    assert begun[0] == (0 if alone else 2) and not (folder / "evil").exists()


def test_a_checkpoint_of_fewer_processes_is_passed_over(with_checkpoints, tiny_run, cut, monkeypatch):
    run = tiny_run("task=cola", "subnetwork=full")
    cut(2)
    with pytest.raises(Interrupted):
        score_run(run, with_checkpoints)
    checkpoint = Checkpoint(with_checkpoints.checkpoints(run.name), 60.0)
    assert checkpoint.latest().name.startswith("step-2-")
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert checkpoint.latest() is None


def test_checkpoints_by_the_clock_change_nothing(with_checkpoints, tiny_run, tmp_path):
    ticket = tiny_run("task=cola", "sparsity=20").ticket
    often = replace(with_checkpoints, hardware=Hardware(checkpoint_every=0.0))
    find_ticket(ticket, often)
    never = replace(with_checkpoints, store=Store(tmp_path / "never" / "runs"), hardware=Hardware())
    find_ticket(ticket, never)
    assert content(often.store.root) == content(never.store.root)
