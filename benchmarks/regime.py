"""What fine-tuning does to the whole network on the generated tasks, without looking at tickets.

    python benchmarks/regime.py [task=cola,mnli] [seeds=1,2,3,4,5] [KEY=VALUE …]

For each task: the score on dev over seeds, that on as many rows of the training set, how often a row is seen, how far
the prunable weights move, what the largest 30 % before and after have in common, and processor seconds of a training.
Everything else is an override of each training (docs/explanation/pocket.md has the rule that these numbers are for).
"""

from __future__ import annotations

import time
from dataclasses import replace

import torch
from command_line import run, told
from throughput import prepared

from lightning_tickets.pocket.tasks import TASKS
from lightning_tickets.pruning.mask import full
from lightning_tickets.studies.statistics.summary import summarize
from lightning_tickets.tickets.moved import moved
from lightning_tickets.tickets.rewinding import TrainingStart

LINE = "| {:6s} | {:5.1f} ± {:4.1f} | {:5.1f} | {:5.1f} | {:4.1f} | {:4.1f} | {:4.1f} |"


def main(arguments: list[str]) -> None:
    tasks = (told(arguments, "task=") or ",".join(TASKS)).split(",")
    seeds = [int(seed) for seed in (told(arguments, "seeds=") or "1,2,3,4,5").split(",")]
    common = [one for one in arguments if not one.startswith(("task=", "seeds="))]
    torch.set_num_threads(1)
    print("| task | dev | train | times seen | moved % | common % | seconds |", flush=True)
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |", flush=True)
    for task in tasks:
        print(line(task, seeds, common), flush=True)


def line(task: str, seeds: list[int], common: list[str]) -> str:
    _, run, bench = prepared([f"task={task}", "data.dev_limit=null", *common])
    start, mask = TrainingStart(bench.theta), full(bench.prunable)
    metric = bench.problem.task.metric
    began = time.process_time()
    trained = [bench.train(run, start, mask, (seed, 0)) for seed in seeds]
    seconds = (time.process_time() - began) / len(seeds)
    move = moved(bench.prunable, trained[0].weights, mask)
    summary = summarize([100 * one.score.metrics[metric] for one in trained])
    rows = len(bench.splits.train)
    seen = bench.steps * bench.problem.training.batch_size / rows
    bench.splits = replace(bench.splits, dev=bench.splits.train[: min(rows, len(bench.splits.dev))])
    fitted = 100 * bench.train(run, start, mask, (seeds[0], 0)).score.metrics[metric]
    return LINE.format(
        task, summary.mean, summary.std or 0, fitted, seen, 100 * move.distance, 100 * move.overlap, seconds
    )


if __name__ == "__main__":
    run(main)
