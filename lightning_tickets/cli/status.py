"""status: where a sweep stands, while it runs or afterwards. No torch here."""

import argparse
import json
import time
from dataclasses import asdict, dataclass
from typing import Any

from lightning_tickets.cli.parser import add_overrides_and_json, overrides_of, warn
from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.composition.sweep import Sweep
from lightning_tickets.errors import Damaged, printable
from lightning_tickets.execution.job import failures
from lightning_tickets.runs.checkpoints import saved
from lightning_tickets.runs.claim import checkpoints
from lightning_tickets.runs.lease import Holder, leases

HELP = "where a sweep or study stands: done, running where, waiting, failed, damaged, time left"
EXAMPLES = ("status experiment=table2", "status task=cola,rte seed=1,2,3 --json")
add_arguments = add_overrides_and_json


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
        host, process = printable(who["host"]), who["pid"]
        print(f"running  {run:52s} on {host}, process {process}, last heartbeat {who['ago']} s ago{step}")
    for run, note in status.failed.items():
        print(printable(f"failed   {run:52s} {note['why']}; retry with: {note['command']}"))
    for run, why in status.damaged.items():
        print(f"damaged  {run:52s} {why}")
    damaged = f", {len(status.damaged)} damaged" if status.damaged else ""
    hours = status.seconds_left / 3600 / max(1, len(status.running))
    print(
        f"{name}: {status.done} of {status.trainings} trainings done, {len(status.running)} running, "
        f"{len(status.waiting)} waiting, {len(status.failed)} failed{damaged}; "
        + (f"about {hours:.1f} hours left" if status.running else f"idle; ~{hours:.1f} worker-hours remaining")
    )


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
