"""Logging to W&B while training: what a run is told, its axes, and one run of several pieces, offline and online."""

import signal
import subprocess
import sys
from dataclasses import replace

import pytest
import pytorch_lightning as lightning

from lightning_tickets.components import Component
from lightning_tickets.errors import Interrupted
from lightning_tickets.runs.store import Store
from lightning_tickets.tickets.score import score_run
from lightning_tickets.training.config import Hardware
from lightning_tickets.training.loggers import LoggerConfig
from tests.commands import SHORT, inside, interpret
from tests.tickets.artefacts import content
from tests.training.test_checkpoint import Cut, add_callback
from tests.wandb_server import KEY, offline_runs, running_server

TARGET = "lightning_tickets.training.loggers.wandb"
STEP = "trainer/global_step"
server = pytest.fixture(running_server)
TRAIN = {f"train/{name}" for name in ("loss", "rate", "gradient_norm", "examples_per_second")}


@pytest.fixture
def logged(context, tmp_path, monkeypatch):
    """A context whose runs are logged to W&B; ``mode`` and further options are the logger's."""
    monkeypatch.setenv("SECRET_OF_THE_ENVIRONMENT", "do-not-tell-5f1d")

    def make(**options):
        component = Component("wandb", 1, tuple(sorted(options.items())), TARGET)
        logger = LoggerConfig(component, tmp_path / "curves", "table2", "pocket", "paper")
        return replace(context, logger=logger, hardware=Hardware(checkpoint_every=3600.0))

    return make


def test_a_search_is_one_run_over_its_rounds_and_a_score_another(logged, tiny_run, tmp_path):
    run = tiny_run("task=cola", "sparsity=20", "training.steps=20", "seed=3")
    context = logged(project="mine", entity="team")
    result = score_run(run, context)
    plain = replace(context, logger=LoggerConfig(), store=Store(tmp_path / "plain" / "runs"))
    score_run(run, plain)
    assert content(context.store.root) == content(plain.store.root), "logging changes no result"
    search, scored = offline_runs(tmp_path / "curves")
    assert search.told["id"] == run.ticket.search.name[-8:]
    assert scored.told == {
        "id": run.name[-8:],
        "name": run.name,
        "group": run.group,
        "job_type": "train",
        "project": "mine",
        "entity": "team",
        "tags": ["study:table2", "task:cola", "row:imp", "scale:pocket", "protocol:paper"],
    }
    assert search.told["tags"][2] == "row:find" and search.told["job_type"] == "find"
    steps = [row[STEP] for row in scored.history]
    assert steps == [9, 19, 20] == [row["_step"] for row in scored.history]
    assert [row[STEP] for row in search.history] == [9, 19, 20, 29, 39, 40]
    assert all(row.keys() >= TRAIN for row in scored.history[:2])
    rounds = [(row["round"], row["sparsity"]) for row in search.history if "round" in row]
    assert rounds == [(1, 0), (2, 10)], "a round trains under the mask before it"
    assert scored.summary["score"] == result.score and scored.summary["sparsity"] == 20
    assert scored.metrics["*"] == STEP and search.metrics["score"] == "round" and "score" not in scored.metrics


def test_every_setting_is_in_the_config(logged, tiny_run, tmp_path):
    twins = [tiny_run("task=cola", "sparsity=10", "seed=3", f"pruner={name}") for name in ("magnitude", "layerwise")]
    for run in twins:
        score_run(run, logged())
    _, one, _, other = (run.config for run in offline_runs(tmp_path / "curves"))
    own = {"row": "imp", "sparsity": 10, "round": 1, "seed": 3, "steps": 4, "rewind": 0.0}
    assert own | {"scale": "pocket", "protocol": "paper"} == {k: one[k] for k in [*own, "scale", "protocol"]}
    assert one["training"]["steps"] == 4 and one["data"]["dev_limit"] == 24 and one["model"]["pooler"] == "pruned"
    assert one["search"]["training"]["batch_size"] == 8 and one["search"]["schedule"]["per_round"] == 10
    assert (one["pruner"], other["pruner"]) == ("magnitude", "layerwise")
    assert (one["search"]["pruner"]["name"], other["search"]["pruner"]["name"]) == ("magnitude", "layerwise")
    assert one["initialization"]["name"] == "pretrained" and one["scoring"]["metric"] == "matthews"


def interrupt(run, context, *steps):
    """Train it again and again, cut at each of these steps."""
    for step in steps:
        with pytest.MonkeyPatch.context() as patch, pytest.raises(Interrupted):
            add_callback(patch, Cut(step, signal.SIGTERM))
            score_run(run, context)


class FailsAt25(lightning.Callback):
    """Ends the training without a signal that it could answer, and without a checkpoint."""

    def on_train_batch_end(self, trainer, *_):
        if trainer.global_step == 25:
            raise RuntimeError


def curve(history):
    """The loss by step."""
    return {row[STEP]: row["train/loss"] for row in history if "train/loss" in row}


@pytest.fixture
def whole(logged, tiny_run):
    """A run of 60 steps, and its curve when nothing interrupts it."""
    run, context = tiny_run("task=cola", "subnetwork=full", "training.steps=60"), logged()
    elsewhere = replace(context.logger, folder=context.logger.folder / "whole")
    score_run(run, replace(context, logger=elsewhere, store=Store(context.store.root / "whole")))
    (one,) = offline_runs(elsewhere.folder)
    assert [*curve(one.history)] == [9, 19, 29, 39, 49, 59]
    return run, curve(one.history)


def test_a_resumed_training_continues_its_run_online(server, logged, whole):
    run, expected = whole
    context = logged(mode="online")
    interrupt(run, context, 25)
    server.runs.clear()  # as if the process had been killed before it had sent anything
    interrupt(run, context, 27, 44)
    score_run(run, context)
    ((name, sent),) = server.runs.items()
    assert name == run.name[-8:] and sent.exit_code == 0 and not server.unknown
    assert curve(sent.history) == expected and [row["_step"] for row in sent.history] == [*expected, 60]
    assert sent.config["task"] == "cola" and sent.told["groupName"] == run.group
    assert {"score", "train/loss", "dev/matthews"} <= sent.summary.keys()
    assert KEY.encode() not in server.everything and b"do-not-tell-5f1d" not in server.everything


def sync(root):
    folders = sorted(map(str, (root / "curves" / "wandb").glob("offline-run-*")))
    line = [sys.executable, "-m", "wandb", "sync", *folders]
    done = subprocess.run(line, capture_output=True, text=True, cwd=root)
    assert done.returncode == 0, done.stderr


def test_what_a_resumed_training_leaves_offline_syncs_to_one_run(server, logged, whole, tmp_path):
    run, expected = whole
    with pytest.MonkeyPatch.context() as patch, pytest.raises(RuntimeError):
        add_callback(patch, FailsAt25())
        score_run(run, logged())
    interrupt(run, logged(), 27, 44)
    score_run(run, logged())
    (piece,) = offline_runs(tmp_path / "curves")
    assert curve(piece.history) == expected and piece.told["id"] == run.name[-8:]
    logs = b"".join(path.read_bytes() for path in (tmp_path / "curves").rglob("*") if path.is_file())
    assert KEY.encode() not in logs and b"do-not-tell-5f1d" not in logs
    sync(tmp_path)
    sent = server.runs[run.name[-8:]]
    assert curve(sent.history) == expected and sent.history[-1]["score"] == sent.summary["score"]
    assert [row["_step"] for row in sent.history] == [*expected, 60]


KILLED = """
import os, signal, sys
from lightning_tickets.cli.main import main
from lightning_tickets.training.checkpoint import Checkpoint
save = Checkpoint._save
def _save(self, trainer):
    save(self, trainer)
    if trainer.global_step == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
Checkpoint._save = _save
main(sys.argv[2:])
"""


def test_a_killed_process_loses_no_row(server, tmp_path):
    """Killed in the moment after a checkpoint: no later start repeats the steps before it."""
    root = tmp_path / "root"
    line = ["run", "task=cola", "subnetwork=full", "seed=1", *SHORT, "training.steps=60", "trainer.checkpoint_every=0"]
    interpret(tmp_path, root, "-c", KILLED, "25", *line, "logger=wandb", status=-signal.SIGKILL)
    inside(root, *line, "logger=wandb")
    sync(root)
    (sent,) = server.runs.values()
    assert [row["_step"] for row in sent.history] == [9, 19, 29, 39, 49, 59, 60] and "score" in sent.summary
