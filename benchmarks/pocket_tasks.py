"""How well each generated task is learnt: majority, bag of words, random weights, pre-trained network.

python benchmarks/pocket_tasks.py [key=value …]     prints docs/explanation/pocket.md's table; runs go to the store
"""

from __future__ import annotations

import subprocess
import sys

from command_line import run
from pocket_baseline import bag_of_words, majority

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.pocket.tasks import TASKS
from lightning_tickets.studies.statistics.summary import Summary, summarize
from lightning_tickets.tickets.result import read_result

SEEDS = (1, 2, 3)
CEILING = 97.0  # points: room above, so that tickets can be told apart


def scores(task: str, row: str, common: list[str]) -> list[float]:
    """In points, one for each seed."""
    sweep = parse_sweep([*common, f"task={task}", f"subnetwork={row}", f"seed={','.join(map(str, SEEDS))}"])
    found = [read_result(sweep.store, request.run) for request in sweep.requested]
    return [100 * result.score for result in found if result is not None]


def shown(summary: Summary) -> str:
    return f"{summary.mean:.1f} ± {summary.std:.1f}"


def main(common: list[str]) -> None:
    sweep = [f"task={','.join(TASKS)}", "subnetwork=full,scratch", f"seed={','.join(map(str, SEEDS))}"]
    line = [sys.executable, "-m", "lightning_tickets", "run", "-m", *sweep, *common, "hydra.launcher.n_jobs=2"]
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL)
    size = compose_config(common).data.size
    print("| task | metric | majority | bag of words | random weights | pre-trained |")
    print("| --- | --- | --- | --- | --- | --- |")
    failing = []
    for task, record in TASKS.items():
        words = "-" if record.kind in ("span", "masked_lm") else f"{100 * bag_of_words(task, size):.1f}"
        scratch, full = (summarize(scores(task, row, common)) for row in ("scratch", "full"))
        chance = 100 * majority(task, size)
        print(f"| {task} | {record.metric} | {chance:.1f} | {words} | {shown(scratch)} | {shown(full)} |")
        spread = (scratch.std or 0) + (full.std or 0)
        if not (chance < full.mean <= CEILING and full.mean - scratch.mean > spread):
            failing.append(task)
    if failing:
        sys.exit(f"not as they should be: {', '.join(failing)}")


if __name__ == "__main__":
    run(main)
