"""A mistake of the user's: one line that names the key or file and what is allowed, status 2, nothing written."""

import json
import shutil
from pathlib import Path
from typing import Any

import datasets
import huggingface_hub.constants
import pytest
import torch
import yaml

from lightning_tickets.cli.main import main
from lightning_tickets.pocket import MODEL_DIR

MISTAKES = yaml.safe_load(Path(__file__).with_name("bad_input.yaml").read_text(encoding="utf-8"))
GOOD_LINE = "x\t1\t\tanna helps mary .\n"


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """Run a command that has to be refused; its one line."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    for variable in ("LIGHTNING_TICKETS_ROOT", "WANDB_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "no-keys"))

    def run(*arguments: str) -> str:
        assert main(list(arguments)) == 2
        out, err = capsys.readouterr()
        assert out == "" and err.startswith("lightning-tickets: ") and err.count("\n") == 1, err
        assert list(work.iterdir()) == [], "something was written"
        return err

    return run


def answers(line: str, expected: str) -> bool:
    """Whether it is the expected line, or begins with what stands before three dots."""
    message = line.removeprefix("lightning-tickets: ").removesuffix("\n")
    return message.startswith(expected[:-3].rstrip()) if expected.endswith("...") else message == expected


@pytest.mark.parametrize(("arguments", "expected"), MISTAKES["values"].items())
def test_a_wrong_value_is_named(refused, arguments, expected):
    assert answers(refused("run", *arguments.split()), expected)
    assert answers(refused("run", "-m", *arguments.split()), expected)


@pytest.mark.parametrize(("line", "expected"), MISTAKES["commands"].items())
def test_a_wrong_command_is_refused(refused, line, expected):
    assert answers(refused(*line.split()), expected)


@pytest.mark.parametrize("line", ["ticket show {}", "ticket export x {}", "ticket export x {} form=heads"])
def test_a_name_that_is_too_long(refused, line):
    name = 300 * "a"
    assert refused(*line.format(name).split()).count(f"{name}: ") == 1


@pytest.mark.skipif(torch.accelerator.is_available(), reason="there is a GPU")
@pytest.mark.parametrize("command", [["run"], ["run", "-m"], ["run", "-m", "experiment=demo"]])
def test_a_gpu_that_is_not_there(refused, command):
    assert answers(
        refused(*command, "trainer=gpu"),
        "trainer=gpu: PyTorch sees no GPU here; expected one and a CUDA build of PyTorch",
    )


OWN_TASK = """
name: mine
family: classification
metric: accuracy
kind:
  _target_: lightning_tickets.tasks.classification.Classification
  labels: 2
files:
  folder: ""
  train: train.csv
  dev: dev.csv
  columns: {first: text, label: label}
  labels: [no, yes]
"""
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
        (GOOD_LINE + "x\t7\t\tmary runs .\n", "line 2: label '7'; expected an integer from 0 to 1"),
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


def test_labels_that_yaml_reads_as_booleans(refused, local, tmp_path):
    """Unquoted ``no`` and ``yes``; where they are quoted they are read, and so is a document of any length."""
    rows = "text,label\n" + "mary runs . " * 20_000 + ",no\nanna runs .,yes\n"
    arguments = local("mine", {"train.csv": rows, "dev.csv": rows, "task/mine.yaml": OWN_TASK})
    search = ["--config-dir", str(tmp_path / "data")]
    problem = "task.files.labels: YAML reads a label as false; quote it, as in ['no', 'yes']"
    assert answers(refused("plan", *search, *arguments), problem)
    local("mine", {"task/mine.yaml": OWN_TASK.replace("no, yes", "'no', 'yes'")})
    assert main(["plan", *search, *arguments]) == 0


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


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("num_hidden_layers", 10**9, "an integer from 1 to 1000"),
        ("num_hidden_layers", 1e9, "an integer from 1 to 1000"),
        ("num_hidden_layers", 0, "an integer from 1 to 1000"),
        ("max_position_embeddings", float("inf"), "an integer from 1 to 10000000"),
        ("max_position_embeddings", None, "an integer from 1 to 10000000"),
        ("num_attention_heads", -1, "an integer from 1 to 10000000"),
        ("vocab_size", "231", "an integer from 1 to 10000000"),
        ("hidden_size", [64], "an integer from 1 to 10000000"),
    ],
)
def test_a_network_of_an_impossible_size(refused, tmp_path, key, value, expected):
    folder = tmp_path / "model"
    shutil.copytree(MODEL_DIR, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {key: value}))
    line = refused("run", "model=local", f"model.path={folder}")
    assert line.startswith(f"lightning-tickets: model.path={folder}: config.json: {key}=")
    assert line.endswith(f": expected {expected}\n")


@pytest.mark.parametrize("content", ["", "[]", "[" * 100_000, '{"a": ' * 100_000, "\x00"])
def test_a_config_that_is_no_json(refused, tmp_path, content):
    folder = tmp_path / "model"
    shutil.copytree(MODEL_DIR, folder)
    (folder / "config.json").write_text(content)
    line = refused("run", "model=local", f"model.path={folder}")
    assert line.startswith(f"lightning-tickets: model.path={folder}: config.json cannot be read (")


def test_what_a_terminal_would_obey_is_written_as_an_escape(refused):
    line = refused("run", "model=hub", "model.path=a/b", "model.revision='a\nb\x1b[31m'")
    assert answers(line, r"model.revision=a\nb\x1b[31m: expected a commit of 40 hex digits")
