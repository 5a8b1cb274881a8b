"""The published numbers: every file can be read, and the values are the paper's."""

import math
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from lightning_tickets.composition.compose import conf_dir
from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.errors import UserError
from lightning_tickets.published import numbers
from lightning_tickets.published.numbers import (
    PublishedValue,
    paper_spelling,
    published_sparsity,
    published_table,
    published_value,
)

FILES = sorted(path.stem for path in Path(numbers.__file__).parent.glob("*.csv"))
TASKS = {"MNLI", "QQP", "STS-B", "WNLI", "QNLI", "MRPC", "RTE", "SST-2", "CoLA", "SQuAD", "MLM"}
WINNING = {
    "mnli": 70,
    "qqp": 90,
    "stsb": 50,
    "wnli": 90,
    "qnli": 70,
    "mrpc": 50,
    "rte": 60,
    "sst2": 60,
    "cola": 50,
    "squad": 40,
    "mlm": 70,
}


def column(line: dict[str, str], name: str) -> float | None:
    return float(line[name]) if line.get(name) else None


def test_all_tables_and_figures_are_there() -> None:
    assert set(FILES) >= {f"table{n}" for n in (2, 4, 5, 6, 7, 8)} | {f"figure{n}" for n in (2, 5, 6, 7, 8)}


@pytest.mark.parametrize("name", FILES)
def test_every_line_has_every_column(name: str) -> None:
    lines = published_table(name)
    assert lines and {"row", "statistic", "sparsity", "task", "metric", "value", "kind"} <= set(lines[0])
    assert all(None not in line and None not in line.values() for line in lines)


@pytest.mark.parametrize("name", FILES)
def test_every_number_is_one(name: str) -> None:
    for line in published_table(name):
        sparsity, value, std = (column(line, key) for key in ("sparsity", "value", "std"))
        assert sparsity is None or 0 <= sparsity < 1
        assert std is None or 0 <= std < 100
        assert value is None or (math.isfinite(value) and -100 <= value <= 100)


@pytest.mark.parametrize("name", FILES)
def test_tasks_are_spelled_as_the_paper_does(name: str) -> None:
    assert {line["task"] for line in published_table(name)} <= TASKS


@pytest.mark.parametrize("name", FILES)
def test_no_number_stands_twice(name: str) -> None:
    keys = [tuple(v for k, v in sorted(line.items()) if k not in ("value", "std")) for line in published_table(name)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(("task", "percent"), WINNING.items())
def test_the_winning_tickets_sparsity(task: str, percent: int) -> None:
    assert published_sparsity(task) == percent


def test_a_task_of_ones_own_has_no_published_sparsity() -> None:
    with pytest.raises(UserError, match="task=boolq"):
        published_sparsity("boolq")


def test_the_names_of_the_tasks() -> None:
    assert {paper_spelling(task) for task in WINNING} == TASKS


@pytest.mark.parametrize(
    ("row", "task", "value", "std"),
    [
        ("full", "MNLI", 82.4, 0.5),
        ("full", "MLM", 63.5, 0.1),
        ("imp", "RTE", 66.0, 2.4),
        ("imp", "SQuAD", 87.7, 0.5),
        ("random_mask", "STS-B", 21.0, None),
        ("shuffled_weights", "WNLI", 53.3, None),
    ],
)
def test_some_numbers_of_table_2(row: str, task: str, value: float, std: float | None) -> None:
    (line,) = [line for line in published_table("table2") if (line["row"], line["task"]) == (row, task)]
    assert (column(line, "value"), column(line, "std")) == (value, std)


def test_table_2_is_whole() -> None:
    rows = ("full", "imp", "random_mask", "random_weights", "shuffled_weights")
    assert {(line["row"], line["task"]) for line in published_table("table2")} == {
        (row, task) for row in rows for task in TASKS
    }


@pytest.mark.parametrize(
    ("table", "row", "task", "metric", "expected"),
    [
        ("table2", "full", "mnli", "matched_accuracy", PublishedValue(82.4, 0)),
        ("table2", "imp", "cola", "matthews", PublishedValue(53.8, 50)),
        ("table5", "full", "mlm", "accuracy", PublishedValue(63.5, 0)),
        ("table7", "imp_mlm", "squad", "f1", PublishedValue(87.8, 40)),
        ("table6", "imp", "stsb", "spearman", PublishedValue(88.0, 40)),
        ("table8", "imp_mlm_0.421", "sst2", "accuracy", PublishedValue(91.4, 70)),
        ("table8", "imp_mlm_0.421", "cola", "matthews", None),
        ("figure2", "mnli", "qqp", "accuracy", PublishedValue(-0.99, 70, difference=True)),
        ("figure6", "mnli", "qqp", "accuracy", PublishedValue(89.2, 70)),
        ("table2", "imp", "news", "accuracy", None),
    ],
)
def test_the_published_value_of_a_cell(table, row, task, metric, expected):
    assert published_value(table, row, task, metric, "full") == expected


@pytest.mark.parametrize("name", FILES)
def test_a_cell_is_published_once(name):
    cells = [
        tuple(line[key] for key in ("row", "task", "metric", "statistic", "kind")) for line in published_table(name)
    ]
    assert len(cells) == len(set(cells))


def test_a_difference_is_from_its_baseline_and_a_statistic_is_the_one_asked_for():
    where = ("figure7", "rewind_0.05", "mnli", "matched_accuracy")
    assert published_value(*where, "rewind_0") == PublishedValue(0.21, 70, difference=True)
    assert published_value(*where, "full") is None
    mean, best = (published_value("table5", "full", "cola", "matthews", "full", s) for s in ("mean", "best"))
    assert mean.value < best.value


@pytest.mark.parametrize("path", sorted((conf_dir() / "experiment").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_published_line_has_its_cell_in_the_experiment(path):
    """By the experiment's own rows and tasks: each published value has a cell that it is compared with."""
    exhibits = OmegaConf.to_container(OmegaConf.load(path)).get("study", {}).get("exhibits", {})
    for node in exhibits.values():
        if "published" not in node:
            continue
        grid = next(e for e in parse_sweep([f"experiment={path.stem}"]).exhibits if e.name == node["name"])
        rows = [row.name for row in grid._rows()]
        values = (
            line for line in published_table(node["published"]) if line["value"] and line["statistic"] != "reported"
        )
        for line in values:
            row, task = (ours(line["row"], rows), ours(line["task"], grid.tasks))
            percent = round(100 * float(line["sparsity"]))
            value = published_value(node["published"], row, task, line["metric"], grid.baseline, line["statistic"])
            assert value == PublishedValue(float(line["value"]), percent, line["kind"] != "absolute"), line


def ours(name, known):
    """Our name of what the paper spells so."""
    return next(one for one in known if name in (one, paper_spelling(one)))
