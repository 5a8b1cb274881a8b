"""status: where a sweep stands, while it runs or afterwards. No torch here."""

import argparse
import json
import time
from dataclasses import asdict, dataclass
from typing import Any

from lightning_tickets.cli.parser import add_overrides_and_json, overrides_of
from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.composition.sweep import Sweep
from lightning_tickets.execution.job import FAILURES
from lightning_tickets.runs import lease
from lightning_tickets.runs.store import read_json

HELP = "where a sweep or study stands: done, running where, waiting, failed, time left"
EXAMPLES = ("status experiment=table2", "status task=cola,rte seed=1,2,3 --json")
add_arguments = add_overrides_and_json


@dataclass(frozen=True)
class SweepStatus:
    """Trainings by name: those that run with who runs them, those that failed with why, those that wait for what."""

    done: int
    trainings: int
    running: dict[str, dict[str, Any]]
    failed: dict[str, dict[str, str]]
    waiting: dict[str, str | None]
    seconds_left: float


def run(arguments: argparse.Namespace) -> int:
    sweep = parse_sweep(overrides_of(arguments), assume_published=True)
    status = _status(sweep)
    if arguments.json:
        print(json.dumps({"sweep": sweep.name, **asdict(status)}, indent=1))
    else:
        _print(sweep.name, status)
    return 0


def _print(name: str, status: SweepStatus) -> None:
    for run, who in status.running.items():
        step = f", checkpoint at step {who['step']}" if who["step"] else ""
        print(f"running  {run:52s} on {who['host']}, process {who['pid']}, last heartbeat {who['ago']} s ago{step}")
    for run, note in status.failed.items():
        print(f"failed   {run:52s} {note['why']}; retry with: {note['command']}")
    left = status.trainings - status.done - len(status.running)
    hours = status.seconds_left / 3600 / max(1, len(status.running))
    print(
        f"{name}: {status.done} of {status.trainings} trainings done, {len(status.running)} running, "
        f"{left - len(status.failed)} waiting, {len(status.failed)} failed; "
        + (f"about {hours:.1f} hours left" if status.running else f"idle; ~{hours:.1f} worker-hours remaining")
    )


def _status(sweep: Sweep) -> SweepStatus:
    missing = {name: job for job in sweep.plan.jobs for name in job.missing(sweep.store)}
    running = {name: _who(sweep, name, held) for name, held in lease.holders(sweep.store.root) if name in missing}
    notes = [read_json(path) for path in sorted((sweep.root / FAILURES).glob("*.json"))]
    failed = {n["name"]: {k: n[k] for k in ("why", "command")} for n in notes if n["name"] in missing}
    waiting = {n: j.needs for n, j in missing.items() if n not in running and n not in failed}
    total = sweep.plan.trainings()
    return SweepStatus(total - len(missing), total, running, failed, waiting, sweep.plan.seconds_left(sweep.store))


def _who(sweep: Sweep, name: str, held: dict[str, Any]) -> dict[str, Any]:
    folder = sweep.root / "checkpoints" / name
    steps = [int(path.stem.split("-")[1]) for path in folder.glob("step-*.ckpt")]
    return {
        "host": held["host"],
        "pid": held["pid"],
        "ago": max(0, round(time.time() - held["at"])),
        "step": max(steps, default=0),
    }
