"""A store with all runs of `experiment=paper`, to measure what reads it: python benchmarks/paper_store.py FOLDER SEEDS

It is filled from docs/results/pocket/runs.parquet: each run has the metrics of a measured one of the same cell. What a
run leaves beside them (examples, masks, times) is that of two steps of training.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet
from command_line import run

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.composition.single import context_of, run_of
from lightning_tickets.runs.store import TIMING, Store, write_json
from lightning_tickets.tickets.result import EXAMPLES, RESULT, TICKET
from lightning_tickets.tickets.score import score_run
from lightning_tickets.tickets.spec import Run, TicketMask

MEASURED = Path(__file__).parents[1] / "docs/results/pocket/runs.parquet"
MEASURED_SEEDS = 5
SETTINGS = {"training", "data", "model", "search"}


def fill(root: Path, seeds: int) -> int:
    """Returns the number of runs. The sparsities of winning tickets, and so some cells, are known after the curves."""
    measured = {row["name"]: row for row in pyarrow.parquet.read_table(MEASURED).to_pylist()}
    numbers = ",".join(map(str, range(1, seeds + 1)))
    sweep = parse_sweep(
        ["experiment=paper", f"seeds.tables=[{numbers}]", f"seeds.figures=[{numbers}]", f"paths.root={root}"]
    )
    templates = Templates(root / "templates")
    while missing := set(sweep.plan.missing(sweep.store)):
        for job in sweep.plan.jobs:
            for spec in job.targets:
                if spec.name in missing:
                    publish(sweep.store, spec, measured, templates)
        sweep = sweep.again()
    shutil.rmtree(templates.root, ignore_errors=True)
    return sum(len(job.makes) for job in sweep.plan.jobs)


class Templates:
    """Files of trainings of two steps, made when they are first asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._known: dict[tuple[str, int], Path] = {}

    def of(self, task: str, round: int = 0) -> Path:
        """The folder of the task's full network, or of a round of a search to 90 %."""
        if (task, round) not in self._known:
            row = ["sparsity=90"] if round else ["subnetwork=full"]
            config = compose_config([f"task={task}", *row, "training.steps=2", f"paths.root={self.root}"])
            run, context = run_of(config), context_of(config, single=False)
            score_run(run, context)
            name = run.ticket.rounds[round - 1].name if run.ticket else run.name
            self._known[task, round] = context.store.path(name)
        return self._known[task, round]


def publish(store: Store, spec: Run | TicketMask, measured: dict[str, Any], templates: Templates) -> None:
    """A round as it was measured, a run with the metrics of one of the measured seeds."""
    if isinstance(spec, TicketMask):
        name, template, file = spec.name, templates.of("cola", spec.round), TICKET
    else:
        name = replace(spec, seed=(spec.seed - 1) % MEASURED_SEEDS + 1).name
        template, file = templates.of(spec.problem.task.name), EXAMPLES
    with store.publish(spec.name, spec) as draft:
        for one in (file, TIMING):
            shutil.copy(template / one, draft)
        write_json(draft / RESULT, result_of(measured[name]))


def result_of(row: dict[str, Any]) -> dict[str, Any]:
    """Of what ``lt.results`` gives, metrics are the numbers that are no settings and not of the training."""
    others = {"score", "seconds", "rewind"}
    named = {name: value for name, value in row.items() if isinstance(value, float) and name not in others}
    metrics = {name: value for name, value in named.items() if name.partition(".")[0] not in SETTINGS}
    return {"metric": row["metric"], "metrics": metrics, "undefined": [], "kept": 50, "prunable": 100}


if __name__ == "__main__":
    run(lambda given: print(fill(Path(given[0]), int(given[1])), "runs"))
