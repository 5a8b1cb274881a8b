"""Draws the scores of the rounds of searches, of a table of runs as `lightning_tickets.results` gives it.

    python benchmarks/rounds.py RUNS.parquet OUT.png

A round trains the mask that the round before has left, so its score is that of a ticket with one run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from command_line import run

from lightning_tickets.report.figures.draw import png
from lightning_tickets.studies.measurement import Exhibit, Measurement

TITLE = "Score of each round of one search: the mask of that sparsity, trained once"


def measurement(name: str, task: str, metric: str, percent: int, score: float) -> Measurement:
    """The first round trains the full network."""
    return Measurement("imp" if percent else "full", task, metric, percent / 100, (score,), (name,))


def of_task(task: str, rounds: Any) -> list[Measurement]:
    """A round's own sparsity is the one that it leaves, so that of the round before is the one that it trains."""
    own = rounds.sort_values("sparsity")
    trained = [0, *own["sparsity"].iloc[:-1]]
    rows = zip(own["name"], own["metric"], trained, own["score"], strict=True)
    return [measurement(name, task, metric, percent, score) for name, metric, percent, score in rows]


def main(runs: str, out: str) -> None:
    frame = pd.read_parquet(runs)
    by_task = {task: of_task(task, own) for task, own in frame[frame["row"] == "find"].groupby("task", sort=False)}
    measurements = tuple(one for own in by_task.values() for one in own)
    exhibit = Exhibit("rounds", TITLE, "", "curves", ("full", "imp"), tuple(by_task), measurements)
    Path(out).write_bytes(png(exhibit))


if __name__ == "__main__":
    run(lambda given: main(*given))
