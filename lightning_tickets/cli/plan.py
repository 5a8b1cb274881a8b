"""plan: the distinct trainings of a sweep, how many exist, and what the rest will take. No torch here."""

import argparse
import json

from lightning_tickets.cli.parser import add_overrides_and_json, overrides_of
from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.composition.sweep import Sweep
from lightning_tickets.runs.store import Store
from lightning_tickets.studies import disk
from lightning_tickets.studies.plan import Plan

HELP = "what a sweep or study would train, what exists, and what the rest will cost"
EXAMPLES = ("plan experiment=table2", "plan experiment=paper scale=paper", "plan task=cola,rte seed=1,2,3 --json")
add_arguments = add_overrides_and_json
ASSUMED_SPARSITY = "winning sparsities are taken from the paper until their curves have run"
ASSUMED_TIME = (
    "times are estimated from training.seconds_per_step until a training has run: benchmarks/throughput.py measures it"
)
Counts = tuple[int, int, int]  # trainings, missing ones, and the seconds that these will take


def run(arguments: argparse.Namespace) -> int:
    """By job, by study and in all."""
    sweep = parse_sweep(overrides_of(arguments), assume_published=True)
    whole = _count(sweep.plan, sweep.store)
    studies = {name: _count(alone, sweep.store) for name, alone in sweep.studies()}
    if arguments.json:
        print(json.dumps(_summary(sweep, whole, studies), indent=1))
    else:
        _print(sweep, whole, studies)
    return 0


def _print(sweep: Sweep, whole: Counts, studies: dict[str, Counts]) -> None:
    for job in sweep.plan.jobs:
        left, broken = job.missing(sweep.store), [name for name in job.makes if name in sweep.damaged]
        counts = {"missing": len(left), "damaged": len(broken)}
        parts = [f"{word} {count} of {len(job.makes)}" for word, count in counts.items() if count]
        print(f"{job.name:48s} {', '.join(parts) or 'done'}")
    for name, why in sweep.damaged.items():
        print(f"damaged  {name:39s} {why}")
    seeds = _seeds(sweep)
    for name, (trainings, missing, seconds) in studies.items() if len(studies) > 1 else ():
        runs = f"{len(seeds[name])} seeds, " if name in seeds else ""
        print(f"{name:24s} {runs}{trainings:6d} trainings, {missing} missing, about {_time(seconds)} if it ran alone")
    for one in _winning(sweep):
        if one["percent"] is not None:
            by = one["metric"] or "its own metric"
            print(f"{one['task']:24s} sparsity={one['rule']} by {by}: {one['percent'] or 'none wins'}")
    trainings, missing, seconds = whole
    if missing:
        print(_disk(sweep))
    if missing and sweep.plan.pace(sweep.store) is None:
        print(ASSUMED_TIME)
    damaged = f"{len(sweep.damaged)} damaged, " if sweep.damaged else ""
    alone = f"{sum(count for count, _, _ in studies.values())} study by study, " if len(studies) > 1 else ""
    print(
        f"{sweep.name}: {trainings} distinct trainings ({alone}{sweep.plan.requested} if nothing were shared), "
        f"{missing} missing, {damaged}about {_time(seconds)} of one worker"
    )
    if not sweep.sparsities_known:
        print(ASSUMED_SPARSITY)


def _disk(sweep: Sweep) -> str:
    left = disk.bytes_left(sweep.plan, sweep.store)
    if left is None:
        return "disk: unknown until the network's files are there"
    return f"disk: about {_size(left)}, and {_size(disk.checkpoint_bytes(sweep.plan))} for each running training"


def _seeds(sweep: Sweep) -> dict[str, list[int]]:
    """By exhibit, the seeds of its runs."""
    return {one.name: [*seeds] for one in sweep.exhibits if (seeds := getattr(one, "seeds", None))}


def _winning(sweep: Sweep) -> list[dict[str, object]]:
    """The winning sparsities that the exhibits use: metric None is the task's own, percent None not known."""
    needed = dict.fromkeys(one for part in sweep.parts for one in part.winning_needed())
    names = ("task", "rule", "metric", "percent")
    return [dict(zip(names, (*one, sweep.known_winning(*one)), strict=True)) for one in needed]


def _count(plan: Plan, store: Store) -> Counts:
    return plan.trainings(), len(plan.missing(store)), round(plan.seconds_left(store))


def _summary(sweep: Sweep, whole: Counts, studies: dict[str, Counts]) -> dict[str, object]:
    names = ("trainings", "missing", "seconds")
    jobs = [
        {"name": j.name, "needs": j.needs, "overrides": j.overrides, "missing": j.missing(sweep.store)}
        for j in sweep.plan.jobs
    ]
    return {
        "sweep": sweep.name,
        "requested": sweep.plan.requested,
        "settled": sweep.sparsities_known,
        **dict(zip(names, whole, strict=True)),
        "damaged": dict(sweep.damaged),
        "bytes": disk.bytes_left(sweep.plan, sweep.store),
        "studies": {
            name: {**dict(zip(names, counts, strict=True)), "seeds": _seeds(sweep).get(name)}
            for name, counts in studies.items()
        },
        "winning": _winning(sweep),
        "jobs": jobs,
    }


def _time(seconds: int) -> str:
    return f"{seconds / 60:.1f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
