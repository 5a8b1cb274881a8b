"""The paper's numbers (Chen et al., NeurIPS 2020, arXiv 2007.12223 v2), one CSV per table or figure.

In ``OTHERS`` numbers of later papers, which are not of tickets of θ0.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lightning_tickets.errors import UserError, unknown

BASELINES = {"absolute": None, "minus_full_bert": "full", "minus_rewind_to_theta0": "rewind_0"}  # by the kind of a line
PUBLISHED = "table2 table4 table5 table6 table7 table8 figure2 figure5 figure6 figure7 figure8".split()
PAPER = "Chen et al. 2020 (arXiv 2007.12223 v2)"
OTHERS = {"obert": "Kurtic et al. 2022 (arXiv 2203.07259), table 2"}  # by CSV, where its numbers are from
TASKS = {
    "mnli": "MNLI",
    "qqp": "QQP",
    "stsb": "STS-B",
    "wnli": "WNLI",
    "qnli": "QNLI",
    "mrpc": "MRPC",
    "rte": "RTE",
    "sst2": "SST-2",
    "cola": "CoLA",
    "squad": "SQuAD",
    "mlm": "MLM",
}


@dataclass(frozen=True)
class PublishedValue:
    """In points, at a sparsity in percent; a ``difference`` is from the baseline's mean, ``std`` a mean's deviation."""

    value: float
    percent: int
    difference: bool = False
    std: float | None = None


def task_name(task: str) -> str:
    """As the paper spells it: ``sst2`` is SST-2; the name of another task is left unchanged."""
    return TASKS.get(task, task)


@cache
def published_table(name: str) -> tuple[dict[str, str], ...]:
    """The lines of the CSV of ``table2`` … ``figure8``, or of one of ``OTHERS``."""
    with (Path(__file__).parent / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def published_sparsity(task: str) -> int:
    """The sparsity in percent of a task's winning ticket in table 2; UserError for other tasks."""
    for line in published_table("table2"):
        if line["row"] == "imp" and line["task"] == task_name(task):
            return round(100 * float(line["sparsity"]))
    otherwise = "give percentages, or 'study.exhibits.NAME.sparsities=[winning]' for a task of your own"
    raise UserError(unknown("task in the paper's table 2", task, TASKS, otherwise))


def assumed_sparsity(task: str) -> int:
    """What a plan assumes of a winning ticket that is not known yet: the published sparsity, 70 % for other tasks."""
    return published_sparsity(task) if task in TASKS else 70


def published_value(
    name: str, row: str, task: str, metric: str, baseline: str, statistic: str = "mean"
) -> PublishedValue | None:
    """The value of a row on a task in a table or figure; None without one, or with another baseline."""
    for line in published_table(name):
        same_task = (line["task"], line["metric"], line["statistic"]) == (task_name(task), metric, statistic)
        same_row = line["row"] in (row, task_name(row)) and BASELINES[line["kind"]] in (None, baseline)
        if same_task and same_row and line["value"]:
            std = float(line["std"]) if line.get("std") else None
            percent = round(100 * float(line["sparsity"]))
            return PublishedValue(float(line["value"]), percent, line["kind"] != "absolute", std)
    return None
