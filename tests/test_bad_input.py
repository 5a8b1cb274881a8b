"""A mistake of the user's: one line that names the key or file and what is allowed, status 2, nothing written."""

from __future__ import annotations

import shutil

import pytest

from lightning_tickets.cli import main
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
        ("task=colla", "task=colla is not known: allowed are cola, mlm, mnli"),
        ("subnetwork=magic", "subnetwork=magic is not known: allowed are full, imp"),
        ("scale=huge", "scale=huge is not known"),
        ("sparsity=75", "sparsity=75 is not on the schedule (schedule.per_round=10): allowed are 10, 20, 30"),
        ("sparsity=100", "sparsity=100: allowed is an integer from 1 to 99"),
        ("sparsity=0.7", "sparsity=0.7: allowed is an integer"),
        ("sparsity=high", "sparsity=high: allowed is an integer"),
        ("seed=-1", "seed=-1: allowed is an integer of at least 0"),
        ("seed=one", "seed=one"),
        ("seed=0", "seed=0: ticket.seed=0 finds the ticket"),
        ("task=null", "task"),
        ("trainer.progress=maybe", "trainer.progress=maybe: allowed are true, false"),
        ("training.stepz=3", "training.stepz"),
        ("nonsense=3", "nonsense"),
        ("training.steps=0", "training.steps=0: allowed is an integer of at least 1"),
        ("training.steps=null", "training.steps, training.epochs: one of the two"),
        ("training.learning_rate=fast", "training.learning_rate=fast: allowed is a number"),
        ("training.warmup=1.5", "training.warmup=1.5: allowed is a number from 0 to 1"),
        ("training.precision=8", "training.precision=8: allowed are 32-true"),
        ("training.max_length=64", "training.max_length=64: the model has 48 positions"),
        ("logger.kind=paper", "logger.kind=paper: allowed are none, csv, wandb"),
        ("trainer.accelerator=abacus", "trainer.accelerator=abacus: allowed are"),
        ("model=local", "model.path"),
        ("task=cola=", "task"),
    ],
)
def test_a_wrong_value_is_named(refused, argument, named):
    assert named in refused("run", argument)
    assert named in refused("run", "-m", argument)


def test_what_is_allowed_is_listed_and_nothing_else(refused):
    allowed = "cola, mlm, mnli, mrpc, qnli, qqp, rte, squad, sst2, stsb, wnli"
    assert refused("run", "task=colla") == f"lightning-tickets: task=colla is not known: allowed are {allowed}\n"


@pytest.mark.parametrize("axis", ["task=glob(*)", "seed=interval(1,3)", "task=[cola,rte]", "paths.root=null"])
def test_a_sweep_over_what_is_no_list(refused, axis):
    assert axis.partition("=")[0] in refused("plan", axis) or "interval" in refused("plan", axis)


def test_a_job_that_there_is_not(refused):
    assert "job=fly: allowed are score, find" in refused("run", "job=fly")
    assert "a sweep finds the tickets" in refused("run", "-m", "job=find")


def test_a_full_network_has_no_ticket_to_find(refused):
    assert "subnetwork=full has no ticket to find" in refused("run", "job=find", "subnetwork=full")


@pytest.mark.parametrize("command", ["plan", "report"])
def test_other_commands_refuse_alike(refused, command):
    assert "experiment=table99 is not known" in refused(command, "experiment=table99")
    assert "nonsense" in refused(command, "experiment=table2", "nonsense=1")


def test_an_unknown_command(refused):
    assert "unknown command 'fly': allowed are run, plan, report, pretrain" in refused("fly")


def test_a_report_of_nothing(refused):
    assert "give experiment=" in refused("report")


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (None, "no file"),
        (b"", "no rows"),
        (b"x\t1\t\n", "line 1: 3 columns"),
        (GOOD_LINE.encode() + b"x\t7\t\tmary runs .\n", "line 2: label '7'; allowed are 0 to 1"),
        (b"\xff\xfe\x00", "not UTF-8"),
    ],
)
def test_a_malformed_data_file(refused, tmp_path, content, named):
    folder = tmp_path / "glue" / "CoLA"
    folder.mkdir(parents=True)
    (folder / "dev.tsv").write_text(GOOD_LINE)
    if content is not None:
        (folder / "train.tsv").write_bytes(content)
    line = refused("run", "task=cola", "data=local", f"data.root={tmp_path / 'glue'}")
    assert named in line and str(folder / "train.tsv") in line


def test_data_that_is_not_there(refused, tmp_path):
    assert "data.root" in refused("run", "data=local", f"data.root={tmp_path / 'nowhere'}")
    assert "data.root has no value" in refused("run", "data=local")


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
