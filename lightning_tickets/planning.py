"""What plan does: the distinct trainings of a sweep, how many exist, and what the rest will take. No torch here."""

from __future__ import annotations

import json

from lightning_tickets.composition.sweep import sweep_of
from lightning_tickets.composition.swept import Sweep
from lightning_tickets.runs.store import Store
from lightning_tickets.studies import disk
from lightning_tickets.studies.plan import Plan

GUESSED = "the sparsities of winning tickets are taken from the print until their curves have run"
ASSUMED = (
    "times are from training.seconds_per_step until a training has been timed: benchmarks/throughput.py measures it"
)


def plan(arguments: list[str]) -> int:
    """By job, by study and in all; ``--json`` for programs."""
    sweep = sweep_of([a for a in arguments if a != "--json"], guess=True)
    whole, studies = _counted(sweep.plan, sweep.store), _studies(sweep)
    if "--json" in arguments:
        print(json.dumps(_summary(sweep, whole, studies), indent=1))
        return 0
    for job in sweep.plan.jobs:
        left = job.missing(sweep.store)
        print(f"{job.name:48s} {f'missing {len(left)} of {len(job.makes)}' if left else 'done'}")
    for name, (trainings, missing, seconds) in studies.items() if len(studies) > 1 else ():
        print(f"{name:24s} {trainings:6d} trainings, {missing} missing, about {_time(seconds)} if it ran alone")
    trainings, missing, seconds = whole
    if missing:
        print(_disk(sweep))
    if missing and sweep.plan.pace(sweep.store) is None:
        print(ASSUMED)
    alone = f"{sum(count for count, _, _ in studies.values())} study by study, " if len(studies) > 1 else ""
    print(
        f"{sweep.name}: {trainings} distinct trainings ({alone}{sweep.plan.requested} if nothing were shared), "
        f"{missing} missing, about {_time(seconds)} of one worker"
    )
    if not sweep.settled:
        print(GUESSED)
    return 0


def _disk(sweep: Sweep) -> str:
    left = disk.bytes_left(sweep.plan, sweep.store)
    if left is None:
        return "disk: known once the network's files are"
    return f"disk: about {_size(left)}, and {_size(disk.checkpoint_bytes(sweep.plan))} for each training under way"


def _studies(sweep: Sweep) -> dict[str, tuple[int, int, int]]:
    return {name: _counted(alone, sweep.store) for name, alone in sweep.studies()}


def _counted(plan: Plan, store: Store) -> tuple[int, int, int]:
    """Trainings, those that are missing, and the seconds that these will take."""
    return plan.trainings(), len(plan.missing(store)), round(plan.seconds_left(store))


def _summary(sweep: Sweep, whole: tuple[int, int, int], studies: dict[str, tuple[int, int, int]]) -> dict[str, object]:
    names = ("trainings", "missing", "seconds")
    jobs = [
        {"name": j.name, "needs": j.needs, "overrides": j.overrides, "missing": j.missing(sweep.store)}
        for j in sweep.plan.jobs
    ]
    return {
        "sweep": sweep.name,
        "requested": sweep.plan.requested,
        "settled": sweep.settled,
        **dict(zip(names, whole, strict=True)),
        "bytes": disk.bytes_left(sweep.plan, sweep.store),
        "studies": {name: dict(zip(names, counted, strict=True)) for name, counted in studies.items()},
        "jobs": jobs,
    }


def _time(seconds: int) -> str:
    return f"{seconds / 60:.1f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
