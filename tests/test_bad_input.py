"""A mistake of the user's: one line that names the key or file and what is allowed, status 2, nothing written."""

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
    ("arguments", "named"),
    [
        (
            "task=colla",
            "unknown option task=colla; choose from cola, mlm, mnli, mrpc, qnli, qqp, rte, squad, sst2, stsb, wnli\n",
        ),
        ("subnetwork=magic", "unknown option subnetwork=magic; choose from full, given, imp"),
        ("scale=huge", "unknown option scale=huge; choose from paper"),
        ("sparsity=75", "sparsity=75 is not on the schedule (schedule.per_round=10): choose from 10, 20, 30"),
        ("sparsity=100", "sparsity=100 is not on the schedule"),
        ("sparsity=101", "sparsity=101: expected an integer from 1 to 100, or one of published, winning, strict"),
        ("sparsity=0.7", "sparsity=0.7: expected an integer from 1 to 100, or one of published, winning, strict"),
        ("source=mlm+mlm", "source=mlm+mlm: mlm is there twice"),
        ("source=mlm+mlx", "unknown option task=mlx; choose from cola, mlm"),
        ("mix=averaged", "unknown option mix=averaged; choose from mlm_mnli, "),
        ("mix=mlm_mnli source=rte", "source=rte: the mix has its own tasks mlm+mnli; give one of the two"),
        ("rewind=1.5", "rewind.fraction=1.5: expected a fraction of training, 0 < fraction < 1"),
        ("rewind=0", "rewind.fraction=0: use rewind=pretrained"),
        ("rewind=fraction", "rewind.fraction has no value: give rewind.fraction=…"),
        ("rewind=later", "unknown option rewind=later; choose from fraction, none, pretrained, rate"),
        ("protocol.head=kept", "protocol.head=kept: expected one of rewound, carried, redrawn"),
        ("ticket.examples=-3", "ticket.examples=-3: expected an integer >= 1 or a number between 0 and 1 or null"),
        ("seed=-1", "seed=-1: expected an integer >= 0"),
        ("seed=one", "seed=one: expected an integer >= 0"),
        ("seed=0", "seed=0: ticket.seed=0 finds the ticket"),
        ("task=null", "task=null: "),
        ("trainer.progress=maybe", "trainer.progress=maybe: expected true or false"),
        ("training.stepz=3", "unknown config key 'training.stepz'"),
        ("nonsense=3", "unknown config key 'nonsense'"),
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
        ("model=local", "model.path has no value: give model.path=…"),
        ("task=cola=", "Error parsing override 'task=cola='"),
    ],
)
def test_a_wrong_value_is_named(refused, arguments, named):
    assert refused("run", *arguments.split()).startswith(f"lightning-tickets: {named}")
    assert refused("run", "-m", *arguments.split()).startswith(f"lightning-tickets: {named}")


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("run sparsity=high", "unknown option sparsity=high; choose from percent, published, strict, winning\n"),
        ("plan task=glob(*)", "task=glob(*): expected a list task=a,b,c or a range(1,4)\n"),
        ("plan seed=interval(1,3)", "seed=interval(1,3): expected a list seed=a,b,c or a range(1,4)\n"),
        ("plan task=[cola,rte]", "task=[cola,rte]: ['cola', 'rte'] is not a task; several are written a,b,c\n"),
        ("plan paths.root=null", "paths.root=null: expected the path of a folder\n"),
        ("plan sparsity=winning training.clip=1,2", "training.clip=1,2: with sparsity=winning only task, subnetwork, "),
        ("run job=fly", "job=fly: expected one of score, find\n"),
        ("run -m job=find", "job: a sweep finds the tickets that its cells need by itself"),
        ("run job=find subnetwork=full", "job=find: subnetwork=full has no ticket to find\n"),
        ("plan experiment=table99", "unknown option experiment=table99; choose from demo, "),
        ("report experiment=table99", "unknown option experiment=table99; choose from demo, "),
        ("status experiment=table99", "unknown option experiment=table99; choose from demo, "),
        ("plan experiment=table2 nonsense=1", "unknown config key 'nonsense'"),
        ("report experiment=table2 nonsense=1", "unknown config key 'nonsense'"),
        ("report", "report: give experiment=…; a plain sweep draws nothing\n"),
        ("run -m hydra.launcher.n_jobs=0", "hydra.launcher.n_jobs=0: expected an integer >= 1\n"),
        ("run -m hydra.launcher.gpus=all", "hydra.launcher.gpus=all: expected a list of devices"),
        ("run -m hydra/launcher=basic", "hydra/launcher=basic: expected workers or slurm\n"),
        ("run -m hydra/launcher=joblib", "unknown option hydra/launcher=joblib; choose from slurm, workers\n"),
        ("run -m trainer.lease=0", "trainer.lease=0: expected a number >= 1\n"),
        ("run -m trainer.checkpoint_every=-1", "trainer.checkpoint_every=-1: expected a number >= 0 or null\n"),
        ("run -m training.packed=maybe", "training.packed=maybe: expected true or false\n"),
        ("run -m trainer.deterministic=maybe", "trainer.deterministic=maybe: expected true or false\n"),
        ("run data=hub task.hub.revision=main", "task.hub.revision=main: expected a commit of 40 hex digits"),
        ("run data=hub task.hub.revision=bcdcba79", "task.hub.revision=bcdcba79: expected a commit of 40 hex digits"),
        ("run data=local", "data.root has no value"),
        ("run data=local data.root=nowhere", "data.root=nowhere is not a folder"),
        ("run data=local data.root=null", "data.root=None: expected the path of a folder"),
        ("run data=local data.root=5", "data.root=5: expected the path of a folder"),
        ("run data=local data.root='~nobody_of_that_name'", "data.root=~nobody_of_that_name: expected the path of a f"),
        ("run model=local model.path=nowhere", "model.path=nowhere is not a folder"),
        ("pretrain", "pretrain: out is missing: expected out=DIR, seed=, steps=\n"),
        ("pretrain out=x colour=red", "pretrain: colour: expected out=DIR, seed=, steps=\n"),
        ("pretrain out=.", "pretrain: . exists already; remove it or name another folder\n"),
        ("pretrain out=x seed=much", "seed=much: expected an integer >= 0\n"),
    ],
)
def test_a_wrong_command_is_refused(refused, line, named):
    assert refused(*line.split()).startswith(f"lightning-tickets: {named}")


QUESTION = {"id": "a\nb", "question": "who runs ?", "answers": [{"text": "mary", "answer_start": 0}]}


def squad(context: str, **change: Any) -> str:
    """The official JSON with one question."""
    paragraph = {"context": context, "qas": [QUESTION | change]}
    return json.dumps({"version": "1.1", "data": [{"title": "Mary", "paragraphs": [paragraph]}]})


@pytest.fixture
def local(tmp_path):
    """Writes files of a task's folder; the arguments that read them."""

    def write(task: str, files: dict[str, str | bytes]) -> list[str]:
        for name, content in files.items():
            path = tmp_path / "data" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return [f"task={task}", "data=local", f"data.root={tmp_path / 'data'}"]

    return write


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", "no rows"),
        (b"x\t1\t\n", "line 1: expected at least 4 columns, got 3"),
        (GOOD_LINE * 50 + "x\t1", "line 51: expected at least 4 columns, got 2"),
        (GOOD_LINE + "x\t7\t\tmary runs .\n", "line 2: label '7'; expected 0 to 1"),
        (GOOD_LINE + "x\t-1\t\tmary runs .\n", "line 2: label '-1' (a test set's; it cannot be scored on)"),
        (GOOD_LINE.encode() + b"x\t1\t\tmary \xe9 .\n", "line 2: not UTF-8 at byte 10"),
        (b"\xff\xfe\x00", "line 1: not UTF-8 at byte 0"),
        (b"sentence\tlabel\nmary runs .\t1\n", "line 1: expected at least 4 columns, got 2"),
    ],
)
def test_a_malformed_data_file(refused, local, tmp_path, content, named):
    arguments = local("cola", {"CoLA/dev.tsv": GOOD_LINE, "CoLA/train.tsv": content})
    line = refused("run", *arguments)
    assert named in line and f"{tmp_path}/data/CoLA/train.tsv" in line
    assert refused("run", "-m", *arguments) == refused("plan", *arguments) == line


def test_a_data_file_that_is_not_there(refused, local, tmp_path):
    arguments = local("cola", {"CoLA/dev.tsv": GOOD_LINE})
    assert f"no file {tmp_path}/data/CoLA/train.tsv" in refused("run", *arguments)
    nowhere = f"data.root={tmp_path}/data/CoLA/dev.tsv"
    assert f"{nowhere} is not a folder" in refused("run", "data=local", nowhere)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (squad("anna runs ."), "qas[0]: the answer 'mary' is not at 0 in its context"),
        (squad("mary runs .", answers=[]), "qas[0]: no answer"),
        (squad("mary runs .")[:-40], "not JSON"),
        ('{"questions": []}', "the file has no list 'data'; this is not SQuAD's JSON"),
    ],
)
def test_a_malformed_squad(refused, local, tmp_path, content, named):
    good = squad("mary runs .")
    line = refused("run", *local("squad", {"squad/dev-v1.1.json": good, "squad/train-v1.1.json": content}))
    assert named in line and f"{tmp_path}/data/squad/train-v1.1.json" in line


def test_two_files_for_one_split(refused, local, tmp_path):
    names = ("train-v1.1.json", "train-v1.1-part.json", "dev-v1.1.json")
    line = refused("run", *local("squad", {f"squad/{name}": squad("mary runs .") for name in names}))
    train = f"{tmp_path}/data/squad/train-v1.1*.json"
    assert f"{train} matches 2 files (train-v1.1-part.json, train-v1.1.json …)" in line


def test_a_clone_of_the_hub_that_is_broken(refused, local, tmp_path):
    folder = "nyu-mll/glue/cola"
    pointer = b"PAR1 version https://git-lfs.github.com/spec/v1\n"
    arguments = local("cola", {f"{folder}/train-00000-of-00001.parquet": pointer})
    assert f"no file {tmp_path}/data/{folder}/validation-*.parquet" in refused("run", *arguments)
    local("cola", {f"{folder}/validation-00000-of-00001.parquet": b""})
    assert f"{folder}/train-00000-of-00001.parquet: cannot be read as Parquet" in refused("run", *arguments)


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
