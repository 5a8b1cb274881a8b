"""A mistake of the user's: one line that names the key or file and what is allowed, status 2, nothing written."""

from __future__ import annotations

import json
import shutil
from typing import Any

import datasets
import huggingface_hub.constants
import pytest

from lightning_tickets.cli.main import main
from lightning_tickets.pocket import MODEL_DIR

GOOD_LINE = "x\t1\t\tanna helps mary .\n"


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """Run a command that has to be refused; its one line."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.delenv("LIGHTNING_TICKETS_ROOT", raising=False)

    def run(*arguments: str) -> str:
        assert main(list(arguments)) == 2
        out, err = capsys.readouterr()
        assert out == "" and err.startswith("lightning-tickets: ") and err.count("\n") == 1, err
        assert list(work.iterdir()) == [], "something was written"
        return err

    return run


@pytest.mark.parametrize(
    ("argument", "named"),
    [
        ("task=colla", "unknown option task=colla; choose from cola, mlm, mnli"),
        ("subnetwork=magic", "unknown option subnetwork=magic; choose from full, given, imp"),
        ("scale=huge", "unknown option scale=huge; choose from paper"),
        ("sparsity=75", "sparsity=75 is not on the schedule (schedule.per_round=10): choose from 10, 20, 30"),
        ("sparsity=100", "sparsity=100 is not on the schedule"),
        (
            "sparsity=0.7",
            "sparsity=0.7: expected an integer from 1 to 100, or one of published, winning, winning_own, strict",
        ),
        ("source=mlm+mlm", "source=mlm+mlm: mlm is there twice"),
        ("source=+", "source=+: not a task"),
        ("source=news", "unknown option task=news; choose from cola, mlm"),
        ("mix=averaged", "unknown option mix=averaged; choose from mlm_mnli, "),
        ("rewind=1.5", "rewind.fraction=1.5: expected a fraction of training, 0 < fraction < 1"),
        ("protocol.head=kept", "protocol.head=kept: expected one of rewound, carried, redrawn"),
        ("ticket.examples=-3", "ticket.examples=-3: expected an integer >= 1 or a number between 0 and 1 or null"),
        ("sparsity=high", "sparsity=high"),
        ("seed=-1", "seed=-1: expected an integer >= 0"),
        ("seed=one", "seed=one"),
        ("seed=0", "seed=0: ticket.seed=0 finds the ticket"),
        ("task=null", "task"),
        ("trainer.progress=maybe", "trainer.progress=maybe: expected true or false"),
        ("training.stepz=3", "training.stepz"),
        ("nonsense=3", "nonsense"),
        ("training.steps=0", "training.steps=0: expected an integer >= 1"),
        ("training.steps=null", "training.steps, training.epochs: expected an integer for one of the two"),
        ("training.learning_rate=fast", "training.learning_rate=fast: expected a number"),
        ("training.warmup=1.5", "training.warmup=1.5: expected a number from 0 to 1"),
        ("training.precision=8", "training.precision=8: expected one of 32-true"),
        ("training.max_length=64", "training.max_length=64: the model has 48 positions"),
        ("logger=paper", "unknown option logger=paper; choose from csv, mlflow, none, tensorboard, wandb"),
        ("+logger.mode=online", "logger.mode: lightning_tickets.training.loggers.none has no such option"),
        ("logger._target_=lightning_tickets.seeds.derive", "logger: lightning_tickets.seeds.derive needs 'seed'"),
        ("trainer.accelerator=abacus", "trainer.accelerator=abacus: expected one of cpu, gpu"),
        ("model=local", "model.path"),
        ("task=cola=", "task"),
    ],
)
def test_a_wrong_value_is_named(refused, argument, named):
    assert named in refused("run", argument)
    assert named in refused("run", "-m", argument)


def test_what_is_allowed_is_listed_and_nothing_else(refused):
    allowed = "cola, mlm, mnli, mrpc, qnli, qqp, rte, squad, sst2, stsb, wnli"
    assert refused("run", "task=colla") == f"lightning-tickets: unknown option task=colla; choose from {allowed}\n"


@pytest.mark.parametrize("axis", ["task=glob(*)", "seed=interval(1,3)", "task=[cola,rte]", "paths.root=null"])
def test_a_sweep_over_what_is_no_list(refused, axis):
    assert axis.partition("=")[0] in refused("plan", axis) or "interval" in refused("plan", axis)


def test_a_job_that_there_is_not(refused):
    assert "job=fly: expected one of score, find" in refused("run", "job=fly")
    assert "a sweep finds the tickets" in refused("run", "-m", "job=find")


def test_a_full_network_has_no_ticket_to_find(refused):
    assert "subnetwork=full has no ticket to find" in refused("run", "job=find", "subnetwork=full")


@pytest.mark.parametrize("command", ["plan", "report"])
def test_other_commands_refuse_alike(refused, command):
    assert "unknown option experiment=table99" in refused(command, "experiment=table99")
    assert "nonsense" in refused(command, "experiment=table2", "nonsense=1")


@pytest.mark.parametrize(
    ("argument", "named"),
    [
        ("hydra.launcher.n_jobs=0", "hydra.launcher.n_jobs=0: expected an integer >= 1"),
        ("hydra.launcher.gpus=all", "hydra.launcher.gpus=all: expected a list of devices"),
        ("hydra/launcher=basic", "hydra/launcher=basic: expected workers or slurm"),
        ("hydra/launcher=fast", "unknown option hydra/launcher=fast; choose from slurm, workers"),
        ("trainer.lease=0", "trainer.lease=0: expected a number >= 1"),
        ("trainer.checkpoint_every=-1", "trainer.checkpoint_every=-1: expected a number >= 0"),
        ("training.packed=maybe", "training.packed=maybe: expected true or false"),
        ("trainer.deterministic=maybe", "trainer.deterministic=maybe: expected true or false"),
    ],
)
def test_a_launcher_refuses_alike(refused, argument, named):
    assert named in refused("run", "-m", "task=cola", "subnetwork=full", argument)


def test_a_report_of_nothing(refused):
    assert "give experiment=" in refused("report")


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (None, "no file"),
        (b"", "no rows"),
        (b"x\t1\t\n", "line 1: expected at least 4 columns, got 3"),
        (GOOD_LINE.encode() * 50 + b"x\t1", "line 51: expected at least 4 columns, got 2"),
        (GOOD_LINE.encode() + b"x\t7\t\tmary runs .\n", "line 2: label '7'; expected 0 to 1"),
        (GOOD_LINE.encode() + b"x\t-1\t\tmary runs .\n", "line 2: label '-1' (a test set's; it cannot be scored on)"),
        (GOOD_LINE.encode() + b"x\t1\t\tmary \xe9 .\n", "line 2: not UTF-8 at byte 10"),
        (b"\xff\xfe\x00", "line 1: not UTF-8 at byte 0"),
        (b"sentence\tlabel\nmary runs .\t1\n", "line 1: expected at least 4 columns, got 2"),
    ],
)
def test_a_malformed_data_file(refused, tmp_path, content, named):
    folder = tmp_path / "glue" / "CoLA"
    folder.mkdir(parents=True)
    (folder / "dev.tsv").write_text(GOOD_LINE)
    if content is not None:
        (folder / "train.tsv").write_bytes(content)
    arguments = "task=cola", "data=local", f"data.root={tmp_path / 'glue'}"
    line = refused("run", *arguments)
    assert named in line and str(folder / "train.tsv") in line
    assert refused("run", "-m", *arguments) == refused("plan", *arguments) == line


QUESTION = {"id": "a\nb", "question": "who runs ?", "answers": [{"text": "mary", "answer_start": 0}]}


def squad(context: str, **change: Any) -> str:
    """The official JSON with one question."""
    paragraph = {"context": context, "qas": [QUESTION | change]}
    return json.dumps({"version": "1.1", "data": [{"title": "Mary", "paragraphs": [paragraph]}]})


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (squad("anna runs ."), "qas[0]: the answer 'mary' is not at 0 in its context"),
        (squad("mary runs .", answers=[]), "qas[0]: no answer"),
        (squad("mary runs .")[:-40], "not JSON"),
        ('{"questions": []}', "the file has no list 'data'; this is not SQuAD's JSON"),
    ],
)
def test_a_malformed_squad(refused, tmp_path, content, named):
    folder = tmp_path / "data" / "squad"
    folder.mkdir(parents=True)
    (folder / "dev-v1.1.json").write_text(squad("mary runs ."))
    (folder / "train-v1.1.json").write_text(content)
    line = refused("run", "task=squad", "data=local", f"data.root={tmp_path / 'data'}")
    assert named in line and str(folder / "train-v1.1.json") in line


def test_two_files_for_one_split(refused, tmp_path):
    folder = tmp_path / "data" / "squad"
    folder.mkdir(parents=True)
    for name in ("train-v1.1.json", "train-v1.1-part.json", "dev-v1.1.json"):
        (folder / name).write_text(squad("mary runs ."))
    line = refused("run", "task=squad", "data=local", f"data.root={tmp_path / 'data'}")
    assert f"{folder}/train-v1.1*.json matches 2 files (train-v1.1-part.json, train-v1.1.json …)" in line


def test_a_clone_of_the_hub_that_is_broken(refused, tmp_path):
    folder = tmp_path / "data" / "nyu-mll" / "glue" / "cola"
    folder.mkdir(parents=True)
    (folder / "train-00000-of-00001.parquet").write_bytes(b"PAR1 version https://git-lfs.github.com/spec/v1\n")
    arguments = "task=cola", "data=local", f"data.root={tmp_path / 'data'}"
    assert f"no file {folder}/validation-*.parquet" in refused("run", *arguments)
    (folder / "validation-00000-of-00001.parquet").write_bytes(b"")
    assert f"{folder}/train-00000-of-00001.parquet: cannot be read as Parquet" in refused("run", *arguments)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((), "data.root has no value"),
        (("data.root={here}/nowhere",), "data.root={here}/nowhere is not a folder"),
        (("data.root={here}/train.tsv",), "data.root={here}/train.tsv is not a folder"),
        *[
            ((f"data.root={root}",), "expected the path of a folder")
            for root in ("null", "5", "'~nobody_of_that_name'")
        ],
    ],
)
def test_a_data_root_that_is_not_a_folder(refused, tmp_path, arguments, named):
    (tmp_path / "train.tsv").write_text(GOOD_LINE)
    line = refused("run", "data=local", *(argument.format(here=tmp_path) for argument in arguments))
    assert named.format(here=tmp_path) in line


@pytest.mark.parametrize("revision", ["main", "bcdcba79"])
def test_a_set_of_the_hub_without_a_pinned_commit(refused, revision):
    line = refused("run", "data=hub", f"task.hub.revision={revision}")
    assert f"task.hub.revision={revision}: expected a commit of 40 hex digits" in line


def test_a_set_of_the_hub_that_cannot_be_reached(refused, tmp_path, monkeypatch):
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "kept")
    line = refused("run", "data=hub", "task.hub.path=nobody/nothing")
    assert "data=hub: nobody/nothing cola at bcdcba79 cannot be loaded (Couldn't reach" in line


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ("model.safetensors", "no model.safetensors"),
        ("config.json", "no config.json"),
        ("tokenizer.json", "no tokenizer"),
    ],
)
def test_a_model_folder_that_lacks_a_file(refused, tmp_path, missing, named):
    folder = tmp_path / "model"
    shutil.copytree(MODEL_DIR, folder)
    (folder / missing).unlink()
    line = refused("run", "model=local", f"model.path={folder}")
    assert named in line and str(folder) in line


def test_a_model_folder_that_is_not_there(refused, tmp_path):
    assert "is not a folder" in refused("run", "model=local", f"model.path={tmp_path / 'nowhere'}")


@pytest.mark.parametrize("arguments", [(), ("out=x", "colour=red"), ("out=.",), ("out=x", "seed=much")])
def test_pretraining_asked_for_wrongly(refused, arguments):
    assert "pretrain" in refused("pretrain", *arguments) or "seed=much" in refused("pretrain", *arguments)
