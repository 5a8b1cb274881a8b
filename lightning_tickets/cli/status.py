"""status: where a sweep stands, while it runs or afterwards. No torch here."""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from lightning_tickets.cli.parser import add_overrides_and_json, planned_sweep, warn
from lightning_tickets.cli.tables import duration, print_table
from lightning_tickets.errors import Damaged, printable
from lightning_tickets.execution.job import failures
from lightning_tickets.runs.checkpoints import saved
from lightning_tickets.runs.claim import checkpoints
from lightning_tickets.runs.lease import Holder, leases

if TYPE_CHECKING:
    from lightning_tickets.composition.sweep import Sweep

EXAMPLES = ("status experiment=table2", "status task=cola,rte seed=1,2,3 --json")
add_arguments = add_overrides_and_json
STATES = ("running", "waiting", "failed", "damaged")  # fields of SweepStatus


@dataclass(frozen=True)
class SweepStatus:
    """Trainings by name: those that run with who runs them, that failed or are damaged with why, that wait for what."""

    done: int
    trainings: int
    running: dict[str, dict[str, Any]]
    failed: dict[str, dict[str, str]]
    waiting: dict[str, str | None]
    damaged: dict[str, str]
    seconds_left: float


def run(arguments: argparse.Namespace) -> int:
    sweep = planned_sweep(arguments)
    status = _status(sweep)
    if arguments.json:
        print(json.dumps({"sweep": sweep.name, **asdict(status)}, indent=1))
    else:
        _print(sweep, status)
    return 0


def _print(sweep: Sweep, status: SweepStatus) -> None:
    damaged = f", {len(status.damaged)} damaged" if status.damaged else ""
    print(
        f"{sweep.name}: {status.done} of {status.trainings} trainings done, {len(status.running)} running, "
        f"{len(status.waiting)} waiting, {len(status.failed)} failed{damaged}"
    )
    left = duration(status.seconds_left / max(1, len(status.running)))
    if status.running:
        print(f"about {left} left")
    elif status.waiting or status.failed:
        print(f"idle, about {left} of one worker left")
    print_table(("task", "trainings", "done", *STATES), _by_task(sweep, status))
    for run, who in status.running.items():
        step = f", checkpoint at step {who['step']}" if who["step"] else ""
        _entry("running", run, f"on {who['host']}, process {who['pid']}, last heartbeat {who['ago']} s ago{step}")
    for run, note in status.failed.items():
        _entry("failed", run, note["why"], f"retry with: {note['command']}")
    for run, why in status.damaged.items():
        _entry("damaged", run, why)


def _entry(state: str, run: str, *lines: str) -> None:
    print(f"\n{state:8s} {run}")
    for line in lines:
        print(f"{'':8s} {printable(line)}")


def _by_task(sweep: Sweep, status: SweepStatus) -> list[tuple[object, ...]]:
    """How many trainings of each task are done, and in each of the states."""
    counts: dict[str, Counter[str]] = {}
    for job in sweep.plan.jobs:
        for name in job.makes:
            state = next((state for state in STATES if name in getattr(status, state)), "done")
            counts.setdefault(job.cell.task, Counter())[state] += 1
    return [(task, count.total(), *(count[state] for state in ("done", *STATES))) for task, count in counts.items()]


def _status(sweep: Sweep) -> SweepStatus:
    missing = {name: job for job in sweep.plan.jobs for name in job.missing(sweep.store)}
    held = dict(leases(sweep.store.root))
    notes, unreadable = failures(sweep.root)
    warn([*(holder for holder in held.values() if isinstance(holder, Damaged)), *unreadable])
    running = {
        name: _who(sweep, name, holder)
        for name, holder in held.items()
        if name in missing and isinstance(holder, Holder) and not holder.is_dead
    }
    failed = {note.name: {"why": note.why, "command": note.command} for note in notes if note.name in missing}
    waiting = {n: j.needs for n, j in missing.items() if n not in running and n not in failed}
    total, damaged = sweep.plan.trainings(), dict(sweep.damaged)
    done = total - len(missing) - len(damaged)
    return SweepStatus(done, total, running, failed, waiting, damaged, sweep.plan.seconds_left(sweep.store))


def _who(sweep: Sweep, name: str, holder: Holder) -> dict[str, Any]:
    steps = [one.step for one in saved(checkpoints(sweep.store, name))]
    return {
        "host": holder.host,
        "pid": holder.pid,
        "ago": max(0, round(time.time() - holder.at)),
        "step": max(steps, default=0),
    }
