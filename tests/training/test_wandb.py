"""Logging to W&B while training: what a run is told, its axes, and one run of several pieces, offline and online."""

import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from lightning_tickets.components import Component
from lightning_tickets.errors import Interrupted
from lightning_tickets.runs.store import Store
from lightning_tickets.tickets import workbench
from lightning_tickets.tickets.score import score_run
from lightning_tickets.training.config import Hardware
from lightning_tickets.training.loggers import LoggerConfig
from tests.tickets.artefacts import content
from tests.training.test_checkpoint import Cut
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
    *rounds, scored = offline_runs(tmp_path / "curves")
    chain = run.ticket.chain
    assert [one.told["id"] for one in rounds] == [chain.name[-8:]] * 2
    assert scored.told == {
        "id": run.name[-8:],
        "name": run.name,
        "group": run.group,
        "job_type": "train",
        "project": "mine",
        "entity": "team",
        "tags": ["study:table2", "task:cola", "row:imp", "scale:pocket", "protocol:paper"],
    }
    assert rounds[0].told["tags"][2] == "row:find" and rounds[0].told["job_type"] == "find"
    steps = [row[STEP] for row in scored.history]
    assert steps == [9, 19, 20] == [row["_step"] for row in scored.history]
    assert [row[STEP] for one in rounds for row in one.history] == [9, 19, 20, 29, 39, 40]
    assert all(row.keys() >= TRAIN for row in scored.history[:2])
    assert [one.history[-1]["round"] for one in rounds] == [1, 2]
    assert [one.history[-1]["sparsity"] for one in rounds] == [0, 10], "a round trains under the mask before it"
    assert scored.summary["score"] == result.score and scored.summary["sparsity"] == 20
    assert scored.metrics["*"] == STEP and rounds[0].metrics["score"] == "round" and "score" not in scored.metrics


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


def interrupted(run, context, steps):
    """The run, its training cut at some steps and resumed each time."""
    whole = workbench.fit
    for step in steps:
        with pytest.MonkeyPatch.context() as patch, pytest.raises(Interrupted):
            cut = Cut(step, signal.SIGTERM)
            patch.setattr(workbench, "fit", lambda *a, cut=cut: whole(*a[:5], [*a[5], cut], *a[6:]))
            score_run(run, context)
    score_run(run, context)


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
    server.runs.clear()
    interrupted(run, logged(mode="online"), [25, 27, 44])
    ((name, sent),) = server.runs.items()
    assert name == run.name[-8:] and sent.exit_code == 0 and not server.unknown
    assert curve(sent.history) == expected and [row["_step"] for row in sent.history] == [*expected, 60]
    assert sent.config["task"] == "cola" and sent.told["groupName"] == run.group
    assert {"score", "train/loss", "dev/matthews"} <= sent.summary.keys()
    assert KEY.encode() not in server.everything and b"do-not-tell-5f1d" not in server.everything


def test_the_offline_pieces_of_a_resumed_training_sync_to_one_run(server, logged, whole, tmp_path):
    run, expected = whole
    interrupted(run, logged(), [25, 27, 44])
    pieces = offline_runs(tmp_path / "curves")
    assert {piece.told["id"] for piece in pieces} == {run.name[-8:]} and len(pieces) == 4
    assert all(curve(piece.history) != expected for piece in pieces)
    logs = b"".join(path.read_bytes() for path in (tmp_path / "curves").rglob("*") if path.is_file())
    assert KEY.encode() not in logs and b"do-not-tell-5f1d" not in logs
    folders = sorted(map(str, (tmp_path / "curves" / "wandb").glob("offline-run-*")), reverse=True)
    done = subprocess.run(
        [sys.executable, "-m", "wandb", "sync", *folders], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    sent = server.runs[run.name[-8:]]
    assert curve(sent.history) == expected and sent.history[-1]["score"] == sent.summary["score"]
    steps = [row["_step"] for row in sent.history]
    assert steps == sorted(set(steps))
