"""The numbers that the paper prints (Chen et al., NeurIPS 2020, arXiv 2007.12223 v2), one CSV a table or figure."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from lightning_tickets.errors import UserError

SPELLED = {"stsb": "STS-B", "sst2": "SST-2", "cola": "CoLA", "squad": "SQuAD"}


def printed(name: str) -> str:
    """A task's name as the paper spells it."""
    return SPELLED.get(name, name.upper())


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """The lines of ``table2`` … ``figure8`` as they stand in the CSV."""
    with (Path(__file__).parent / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def winning_sparsity(task: str) -> int:
    """The percentage at which table 2 prints a task's winning ticket; UserError for a task of one's own."""
    for line in table("table2"):
        if line["row"] == "imp" and line["task"] == printed(task):
            return round(100 * float(line["sparsity"]))
    raise UserError(f"task={task}: the paper prints no sparsity for it: give a list of percentages instead")


def printed_score(name: str, row: str, task: str, metric: str, percent: int) -> float | None:
    """The mean that a table or figure prints of a cell, in points; None where it prints none, or a difference only."""
    for line in table(name):
        same = (line["task"], line["metric"], line["statistic"]) == (printed(task), metric, "mean")
        here = line["row"] in (row, printed(row)) and round(100 * float(line["sparsity"])) == percent
        if same and here and line["kind"] == "absolute":
            return float(line["value"])
    return None
