"""The numbers that the paper prints (Chen et al., NeurIPS 2020, arXiv 2007.12223 v2), one CSV a table or figure."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lightning_tickets.errors import UserError

BASELINES = {"absolute": None, "minus_full_bert": "full", "minus_rewind_to_theta0": "rewind_0"}  # by a line's kind
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


@dataclass(frozen=True)
class Printed:
    """In points, of the sparsity in percent; a ``difference`` is from the baseline's mean."""

    value: float
    percent: int
    difference: bool = False


def printed_number(
    name: str, row: str, task: str, metric: str, baseline: str, statistic: str = "mean"
) -> Printed | None:
    """What a table or figure prints of a row on a task, which is of one sparsity.

    None where it prints nothing, or the difference from another baseline.
    """
    for line in table(name):
        same = (line["task"], line["metric"], line["statistic"]) == (printed(task), metric, statistic)
        here = line["row"] in (row, printed(row)) and BASELINES[line["kind"]] in (None, baseline)
        if same and here and line["value"]:
            return Printed(float(line["value"]), round(100 * float(line["sparsity"])), line["kind"] != "absolute")
    return None
