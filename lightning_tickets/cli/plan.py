"""plan: the distinct trainings of a sweep, how many exist, and what the rest will take. No torch here."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from lightning_tickets.cli.parser import add_overrides_and_json, planned_sweep
from lightning_tickets.cli.tables import duration, print_table
from lightning_tickets.runs.store import Store
from lightning_tickets.studies import disk
from lightning_tickets.studies.plan import Job, Plan
from lightning_tickets.tickets.spec import Run

if TYPE_CHECKING:
    from lightning_tickets.composition.sweep import Sweep

EXAMPLES = (
    "plan experiment=table2",
    "plan experiment=paper scale=paper",
    "plan task=cola,rte seed=1,2,3 --jobs",
    "plan experiment=table2 --json",
)
SEARCHES = "ticket searches"
ASSUMED_SPARSITY = "winning sparsities: the paper's, or 70 %, until their curves have run"
ASSUMED_TIME = (
    "times come from training.seconds_per_step until a training has run;\nbenchmarks/throughput.py measures it"
)
UNKNOWN_OPERATIONS = (
    "operations: unknown until the network's config is there;\nuntil then times come from training.seconds_per_step"
)
RATED_TIME = "times are operations at trainer.device_tflops={:g}"
AT_MOST = "texts that are not tokenised yet count as training.max_length tokens"
WINNING = (
    "In %, the highest sparsity with a mean at least the full network's (strict), or\n"
    "at most one deviation below it: its own (winning) or the ticket's (winning_own)"
)
Counts = tuple[int, int, int]  # trainings, missing ones, and the seconds that these will take


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_overrides_and_json(parser)
    parser.add_argument("--jobs", action="store_true", help="list every job too, with what is missing of it")


def run(arguments: argparse.Namespace) -> int:
    """In all, by exhibit or by row, and with ``--jobs`` by job."""
    sweep = planned_sweep(arguments)
    pace = sweep.plan.pace(sweep.store)
    whole = _count(sweep.plan, sweep.store, pace)
    studies = {name: _count(alone, sweep.store, pace) for name, alone in sweep.studies()}
    if arguments.json:
        print(json.dumps(_summary(sweep, whole, studies), indent=1))
        return 0
    _print(sweep, whole, studies, pace)
    if arguments.jobs:
        _print_jobs(sweep)
    return 0


def _print(sweep: Sweep, whole: Counts, studies: dict[str, Counts], pace: float | None) -> None:
    trainings, missing, seconds = whole
    damaged = f", {len(sweep.damaged)} damaged" if sweep.damaged else ""
    time = f", about {duration(seconds)} of one worker" if missing else ""
    print(f"{sweep.name}: {trainings} distinct trainings, {missing} missing{damaged}{time}")
    alone = f"{sum(count for count, _, _ in studies.values())} study by study, " if len(studies) > 1 else ""
    print(f"({alone}{sweep.plan.requested} if nothing were shared)")
    if missing:
        print(_disk(sweep))
        print(_operations(sweep))
    if missing and pace is None:
        print(ASSUMED_TIME)
    if not sweep.sparsities_known:
        print(ASSUMED_SPARSITY)
    for name, why in sweep.damaged.items():
        print(f"damaged  {name:39s} {why}")
    if len(studies) > 1:
        seeds = _seeds(sweep)
        lines = [(name, len(seeds.get(name, ())) or "", n, left, _time(s)) for name, (n, left, s) in studies.items()]
        print_table(("exhibit", "seeds", "trainings", "missing", "if alone"), lines)
    else:
        print_table(("row", "jobs", "trainings", "missing", "time"), _by_row(sweep, pace))
    _print_winning(sweep)


def _by_row(sweep: Sweep, pace: float | None) -> list[tuple[object, ...]]:
    """The searches for tickets, and the trainings of each row that are scored, at the pace of the whole plan."""
    rows: dict[str, list[Job]] = {}
    for job in sweep.plan.jobs:
        rows.setdefault(job.target.row if isinstance(job.target, Run) else SEARCHES, []).append(job)
    plans = {name: Plan(tuple(jobs), 0) for name, jobs in rows.items()}
    counts = {name: _count(plan, sweep.store, pace) for name, plan in plans.items()}
    return [(name, len(plans[name].jobs), made, left, _time(seconds)) for name, (made, left, seconds) in counts.items()]


def _print_winning(sweep: Sweep) -> None:
    """The winning sparsities that are known: a line by task and metric, a column by rule."""
    known = [one for one in _winning(sweep) if one["percent"] is not None]
    rules = [*dict.fromkeys(str(one["rule"]) for one in known)]
    lines: dict[tuple[object, ...], dict[object, object]] = {}
    for one in known:
        lines.setdefault((one["task"], one["metric"] or "its own"), {})[one["rule"]] = one["percent"] or "none wins"
    if lines:
        values = [(*key, *(percents.get(rule, "") for rule in rules)) for key, percents in lines.items()]
        print_table(("winning tickets", "by metric", *rules), values, left=2)
        print(WINNING)


def _print_jobs(sweep: Sweep) -> None:
    print()
    for job in sweep.plan.jobs:
        left, broken = job.missing(sweep.store), [name for name in job.makes if name in sweep.damaged]
        counts = {"missing": len(left), "damaged": len(broken)}
        parts = [f"{word} {count} of {len(job.makes)}" for word, count in counts.items() if count]
        print(f"{job.name:48s} {', '.join(parts) or 'done'}")


def _disk(sweep: Sweep) -> str:
    left = disk.bytes_left(sweep.plan, sweep.store)
    if left is None:
        return "disk: unknown until the network's files are there"
    return f"disk: about {_size(left)}, and {_size(disk.checkpoint_bytes(sweep.plan))} for each running training"


def _operations(sweep: Sweep) -> str:
    """Of what is missing, and whether its time follows from them."""
    left = sweep.plan.operations_left(sweep.store)
    if left is None:
        return UNKNOWN_OPERATIONS
    count = f"at most {_flop(left.count)}\n({AT_MOST})" if left.at_most else _flop(left.count)
    return f"operations: {count}" + (f"\n{RATED_TIME.format(sweep.tflops)}" if sweep.tflops else "")


def _seeds(sweep: Sweep) -> dict[str, list[int]]:
    """By exhibit, the seeds of its runs."""
    return {one.name: [*seeds] for one in sweep.exhibits if (seeds := getattr(one, "seeds", None))}


def _winning(sweep: Sweep) -> list[dict[str, object]]:
    """The winning sparsities that the exhibits use: metric None is the task's own, percent None not known."""
    needed = dict.fromkeys(one for part in sweep.parts for one in part.winning_needed())
    names = ("task", "rule", "metric", "percent")
    return [dict(zip(names, (*one, sweep.known_winning(*one)), strict=True)) for one in needed]


def _count(plan: Plan, store: Store, pace: float | None) -> Counts:
    return plan.trainings(), len(plan.missing(store)), round(plan.seconds_left(store, pace))


def _summary(sweep: Sweep, whole: Counts, studies: dict[str, Counts]) -> dict[str, object]:
    names = ("trainings", "missing", "seconds")
    left = sweep.plan.operations_left(sweep.store)
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
        "operations": left and {"count": left.count, "at_most": left.at_most},
        "studies": {
            name: {**dict(zip(names, counts, strict=True)), "seeds": _seeds(sweep).get(name)}
            for name, counts in studies.items()
        },
        "winning": _winning(sweep),
        "jobs": jobs,
    }


def _time(seconds: float) -> str:
    return duration(seconds) if seconds else ""


def _flop(count: float) -> str:
    """In the unit that fits: ``42 EFLOP``."""
    for size, unit in ((1e18, "EFLOP"), (1e15, "PFLOP")):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count / 1e12:.3g} TFLOP"


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
