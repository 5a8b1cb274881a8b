"""The published numbers: every file can be read, and the values are the paper's."""

import itertools
import math
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from lightning_tickets.composition.compose import conf_dir
from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.errors import UserError
from lightning_tickets.published import numbers
from lightning_tickets.published.numbers import (
    OTHERS,
    PUBLISHED,
    PublishedValue,
    published_sparsity,
    published_table,
    published_value,
    task_name,
)

FILES = sorted(path.stem for path in Path(numbers.__file__).parent.glob("*.csv"))
TASKS = {"MNLI", "QQP", "STS-B", "WNLI", "QNLI", "MRPC", "RTE", "SST-2", "CoLA", "SQuAD", "MLM"}
WINNING = {"mnli": 70, "qqp": 90, "stsb": 50, "wnli": 90, "qnli": 70, "mrpc": 50}
WINNING |= {"rte": 60, "sst2": 60, "cola": 50, "squad": 40, "mlm": 70}


def column(line, name):
    return float(line[name]) if line.get(name) else None


def test_all_tables_and_figures_are_there():
    assert set(PUBLISHED) == {f"table{n}" for n in (2, 4, 5, 6, 7, 8)} | {f"figure{n}" for n in (2, 5, 6, 7, 8)}
    assert set(FILES) == {*PUBLISHED, *OTHERS}


@pytest.mark.parametrize("name", FILES)
def test_every_line_is_complete_and_there_once(name):
    lines = published_table(name)
    assert lines and {"row", "statistic", "sparsity", "task", "metric", "value", "kind"} <= set(lines[0])
    assert all(None not in line and None not in line.values() for line in lines)
    assert {line["task"] for line in lines} <= TASKS
    keys = ("row", "task", "metric", "statistic", "kind", *(["sparsity"] if name in OTHERS else []))
    cells = [tuple(line[key] for key in keys) for line in lines]
    assert len(cells) == len(set(cells))


@pytest.mark.parametrize("name", FILES)
def test_every_number_is_one(name):
    for line in published_table(name):
        sparsity, value, std = (column(line, key) for key in ("sparsity", "value", "std"))
        assert sparsity is None or 0 <= sparsity < 1
        assert std is None or 0 <= std < 100
        assert value is None or (math.isfinite(value) and -100 <= value <= 100)


@pytest.mark.parametrize(("task", "percent"), WINNING.items())
def test_the_winning_tickets_sparsity(task, percent):
    assert published_sparsity(task) == percent


def test_the_paper_has_these_tasks_only():
    assert {task_name(task) for task in WINNING} == TASKS
    with pytest.raises(UserError, match="boolq"):
        published_sparsity("boolq")


def test_table_2_is_whole_and_has_the_papers_numbers():
    lines = {
        (line["row"], line["task"]): (column(line, "value"), column(line, "std")) for line in published_table("table2")
    }
    rows = ("full", "imp", "random_mask", "random_weights", "shuffled_weights")
    assert lines.keys() == set(itertools.product(rows, TASKS))
    assert len(lines) == len(published_table("table2"))
    assert (
        lines.items()
        >= {
            ("full", "MNLI"): (82.4, 0.5),
            ("full", "MLM"): (63.5, 0.1),
            ("imp", "RTE"): (66.0, 2.4),
            ("imp", "SQuAD"): (87.7, 0.5),
            ("random_mask", "STS-B"): (21.0, None),
            ("shuffled_weights", "WNLI"): (53.3, None),
        }.items()
    )


@pytest.mark.parametrize(
    ("table", "row", "task", "metric", "expected"),
    [
        ("table2", "full", "mnli", "matched_accuracy", PublishedValue(82.4, 0, std=0.5)),
        ("table2", "imp", "cola", "matthews", PublishedValue(53.8, 50, std=0.9)),
        ("table5", "full", "mlm", "accuracy", PublishedValue(63.5, 0, std=0.1)),
        ("table7", "imp_mlm", "squad", "f1", PublishedValue(87.8, 40, std=0.1)),
        ("table6", "imp", "stsb", "spearman", PublishedValue(88.0, 40, std=0.2)),
        ("table8", "imp_mlm_0.421", "sst2", "accuracy", PublishedValue(91.4, 70)),
        ("table8", "imp_mlm_0.421", "cola", "matthews", None),
        ("figure2", "mnli", "qqp", "accuracy", PublishedValue(-0.99, 70, difference=True)),
        ("figure6", "mnli", "qqp", "accuracy", PublishedValue(89.2, 70)),
        ("table2", "imp", "news", "accuracy", None),
    ],
)
def test_the_published_value_of_a_cell(table, row, task, metric, expected):
    assert published_value(table, row, task, metric, "full") == expected


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
    for node in (node for node in exhibits.values() if "published" in node):
        grid = next(e for e in parse_sweep([f"experiment={path.stem}"]).exhibits if e.name == node["name"])
        rows = [row.name for row in grid._rows()]
        for line in published_table(node["published"]):
            if not line["value"] or line["statistic"] == "reported":
                continue
            row, task = (ours(line["row"], rows), ours(line["task"], grid.tasks))
            percent = round(100 * float(line["sparsity"]))
            value = published_value(node["published"], row, task, line["metric"], grid.baseline, line["statistic"])
            std = float(line["std"]) if line.get("std") else None
            assert value == PublishedValue(float(line["value"]), percent, line["kind"] != "absolute", std), line


def ours(name, known):
    """Our name of what the paper spells so."""
    return next(one for one in known if name in (one, task_name(one)))
