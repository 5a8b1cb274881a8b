"""The walk-throughs docs/howto/own_*.md: their files in an empty folder, their commands in processes of their own."""

import csv
import json
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.declarations import declaration
from lightning_tickets.tickets.mask_file import load_ticket
from tests.commands import OURS, Done, interpret

HOWTO = Path(__file__).parents[2] / "docs" / "howto"
PAGES = {path.stem.removeprefix("own_"): path.read_text(encoding="utf-8") for path in HOWTO.glob("own_*.md")}
FILE = re.compile(r"^`(mine/[^`]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TINY = ["training.steps=4", "training.batch_size=8", "data.train_limit=32", "data.dev_limit=16"]


def files() -> dict[str, str]:
    """The blocks by the file that the line above them names."""
    return dict(block for text in PAGES.values() for block in FILE.findall(text))


def commands(page: str) -> list[str]:
    return [line for block in SHELL.findall(PAGES[page]) for line in block.splitlines()]


@dataclass(frozen=True)
class Walk:
    """What the commands of a page printed, and the root that they left their runs in."""

    done: list[Done]
    root: Path

    def run(self, pattern: str) -> Path:
        """The folder of the only run with such a name."""
        (folder,) = (self.root / "runs").glob(pattern)
        return folder

    def result(self, pattern: str) -> Any:
        return json.loads((self.run(pattern) / "result.json").read_text())

    def spec(self, pattern: str) -> Any:
        return json.loads((self.run(pattern) / "spec.json").read_text())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of the walk-throughs lie."""
    place = tmp_path_factory.mktemp("extending")
    for name, content in files().items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(content, encoding="utf-8")
    return place


@pytest.fixture
def walk(folder: Path, tmp_path: Path) -> Callable[[str], Walk]:
    def commands_of(page: str) -> Walk:
        return Walk([execute(line, folder, tmp_path / "root") for line in commands(page)], tmp_path / "root")

    return commands_of


def execute(line: str, folder: Path, root: Path, status: int = 0, **variables: str) -> Done:
    """A command of a page in the folder, tiny; ``-P``: only PYTHONPATH leads to the folder's package."""
    program, *words = shlex.split(line)
    arguments = words if program == "python" else ["-P", *OURS, *words, *TINY]
    return interpret(folder, root, *arguments, status=status, **{"PYTHONPATH": str(folder), **variables})


def test_every_block_names_a_file_of_the_folder():
    assert all(re.fullmatch(r"mine/[\w/-]+\.(yaml|py|csv)", name) for name in files())


def test_task(walk):
    plan, run, sweep, figure, table, smoothed = (reviews := walk("task")).done
    assert all("warning" not in done.stderr for done in reviews.done)
    assert plan.first.startswith("sweep: 4 distinct trainings") and run.last.startswith("reviews-imp-s20-seed1-")
    assert len(list((reviews.root / "runs").glob("reviews-*"))) == 2 * (1 + 2 + 2)
    assert figure.first.startswith("figure11: 66 distinct trainings")
    assert table.first.startswith("table2: 48 distinct trainings"), "its own winning sparsity is not known yet"
    assert sweep.stdout and smoothed.last.startswith("reviews_smoothed-imp-s20-seed1-")
    kind = reviews.spec("reviews_smoothed-imp-*")["problem"]["task"]["kind"]
    assert (kind["target"], dict(kind["options"])["smoothing"]) == ("mine.smoothed_classification", 0.1)
    assert 0 <= reviews.result("reviews_smoothed-imp-*")["metrics"]["accuracy"] <= 1


def test_the_hubs_task_is_planned_without_a_network(folder):
    small = ["training.steps=null", "training.epochs=1", "training.seconds_per_step=1.0", "subnetwork=full"]
    sweep = parse_sweep([f"hydra.searchpath=[file://{folder}/mine/conf]", "task=headlines", "data=hub", *small])
    assert [request.seconds for request in sweep.requested] == [120_000 / 32]


def test_pruner(walk, folder):
    root = walk("pruner").root
    masks = [load_ticket(path)[0] for path in (root / "runs").rglob("ticket.safetensors")]
    assert len(masks) == 3 and len({sum(int(m.sum()) for m in mask.values()) for mask in masks}) == 1
    for one, other in combinations(masks, 2):
        assert any(not torch.equal(one[name], other[name]) for name in one)
    (lines,) = re.findall(r"^```python\n(.*?)^```$", (HOWTO / "results.md").read_text(), re.MULTILINE | re.DOTALL)
    lines = re.sub(r"^(table2|theirs) = .*\n", "", lines, flags=re.MULTILINE)  # of other stores
    assert interpret(folder, root, "-c", f"{lines}print(len(runs), len(published))").last.startswith("3 ")


def test_rewind(walk):
    run, plan = (late := walk("rewind")).done
    assert run.last.startswith("cola-rewound-s20-seed1-")
    assert late.spec("cola-rewound-*")["mask"]["chain"]["rewind"] == 0.5
    assert (late.run("find-cola-*") / "round-01" / "point.safetensors").is_file()
    assert "rewind_rules: 12 distinct trainings" in plan.first and "9 missing" in plan.first


def test_table(walk):
    plan, run, report = (loss := walk("table")).done
    assert plan.first.startswith("loss: 3 distinct trainings")
    scores = [loss.result(f"cola-{row}-*")["metrics"]["matthews"] for row in ("full", "imp")]
    ((head, line),) = [list(csv.reader((loss.root / "reports" / "loss" / "loss.csv").open()))]
    assert dict(zip(head, line, strict=True))["seed 1"] == f"{100 * (scores[0] - scores[1]):.1f}"
    assert report.stdout == run.stdout and "Points that the ticket loses" in report.stdout


def test_metric(walk):
    recall = walk("metric")
    result = recall.result("cola-full-*")
    columns = json.loads((recall.run("cola-full-*") / "examples.json").read_text())
    hits = [guess == 0 for guess, label in zip(columns["guess"], columns["label"], strict=True) if label == 0]
    assert result["metric"] == "recall" and result["metrics"]["recall"] == sum(hits) / len(hits)
    assert {"matthews", "accuracy", "f1"} < set(result["metrics"])


def test_logger(walk):
    curves = walk("logger")
    lines = (curves.root / "curves" / f"{curves.run('cola-full-*').name}.jsonl").read_text().splitlines()
    logged = {key: value for line in lines for key, value in json.loads(line).items()}
    assert logged["step"] == 4 and logged["dev/matthews"] == curves.result("cola-full-*")["metrics"]["matthews"]


def test_launcher(walk):
    pool = walk("launcher")
    assert [line.split("-seed1-")[0] for line in pool.done[0].stdout.splitlines()] == ["cola-full", "cola-one-shot-s10"]
    assert {pool.result(f"cola-{row}-*")["metric"] for row in ("full", "one-shot")} == {"matthews"}
    (record,) = (pool.root / "journal").rglob("multirun.yaml")
    assert "_target_: mine.launchers.Pool" in record.read_text()


def test_model(walk, folder):
    mpnet = walk("model")
    weights = load_file(folder / "mine" / "network" / "model.safetensors")
    mask = load_ticket(mpnet.run("find-cola-*") / "round-01" / "ticket.safetensors")[0]
    assert {name: m.shape for name, m in mask.items()} == {name: weights[name].shape for name in mask}
    assert mpnet.result("cola-imp-*")["prunable"] == 2 * (4 * 16 * 16 + 2 * 16 * 32) + 16 * 16
    *_, run = commands("model")
    refused = execute(f"{run} pruner=heads", folder, mpnet.root, status=2)
    assert "not known for type 'mpnet'" in refused.stderr


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("plan pruner=scaled", "pruner._target_=mine.pruners.scaled_magnitude"),
        ("plan experiment=loss", "study.exhibits.loss._target_=mine.exhibits.LossTable"),
        ("run -m hydra/launcher=pool", "hydra/launcher=pool"),
    ],
)
def test_without_pythonpath_the_package_is_named_in_one_line(line, key, folder, tmp_path):
    line = f"lightning-tickets {line} --config-dir mine/conf"
    error = execute(line, folder, tmp_path / "root", status=2, PYTHONPATH="").stderr
    assert error.startswith(f"lightning-tickets: {key}: ") and "No module named 'mine'" in error
    assert error.count("\n") == 1 and not (tmp_path / "root").exists()


def test_files_with_a_syntax_error_are_named(tmp_path, monkeypatch):
    (tmp_path / "broken_pruners.py").write_text("def prune(weights, mask, count:\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ImportError, match=r"broken_pruners\.py, line 1"):
        declaration("broken_pruners.prune")


def test_every_page_is_tested():
    assert [page for page in PAGES if f"test_{page}" not in globals()] == []
