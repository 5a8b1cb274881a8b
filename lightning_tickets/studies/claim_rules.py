"""What decides each of the paper's claims: a mean over tasks, all tasks at once, or a share of pairs of tasks."""

import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lightning_tickets.points import signed
from lightning_tickets.studies.comparison import MARGIN, baseline_of
from lightning_tickets.studies.measurement import Exhibit
from lightning_tickets.studies.statistics.aggregate import (
    mean_over_tasks,
    proportion_of_pairs,
    random_effects,
    sign_flip,
)
from lightning_tickets.studies.statistics.significance import Estimate, Interval, Scores, holm

Exhibits = Mapping[str, Exhibit]
"""By name."""
Differences = dict[str, list[float]]
"""By task: a row minus its baseline, seed by seed, as fractions."""
ALPHA = 0.05
MOST_SEEDS = 100  # more are not proposed


@dataclass(frozen=True)
class Finding:
    """p values of the claim and of its contrary, what was estimated, and further lines; ``seeds`` would settle it.

    ``seeds`` is None where it is settled, or where more seeds do not bring a verdict within reach.
    """

    p_holds: float
    p_fails: float
    estimate: str
    details: tuple[str, ...] = ()
    seeds: int | None = None


Rule = Callable[[Exhibits], Finding | None]
"""None while an exhibit, or two runs of one of its cells, are missing."""


def between(interval: Interval, text: Callable[[float], str] = signed) -> str:
    return f"{100 * interval.level:g} %: {text(interval.low)} to {text(interval.high)}"


def differences(exhibit: Exhibit, rows: Sequence[str], baseline: str, tasks: Sequence[str]) -> Differences | None:
    """The mean of the rows minus the baseline by task and seed; None if a cell has fewer than two seeds in common."""
    compared = replace(exhibit, baseline=baseline)
    found: Differences = {}
    for task in tasks:
        by_seed: list[dict[int, float]] = []
        for cell in (cell for row in rows for cell in exhibit.at(row, task)):
            other = baseline_of(compared, cell)
            ours, theirs = cell.by_seed, other.by_seed if other else {}
            by_seed.append({seed: ours[seed] - theirs[seed] for seed in sorted(ours.keys() & theirs.keys())})
        shared = set.intersection(*map(set, by_seed)) if by_seed else set()
        if len(shared) < 2 or not all(math.isfinite(one[seed]) for one in by_seed for seed in shared):
            return None
        found[task] = [statistics.fmean(one[seed] for one in by_seed) for seed in sorted(shared)]
    return found or None


def mean_finding(found: Differences, above: float | None = None, below: float | None = None) -> Finding:
    """Of the mean over tasks, with the tasks as a sample of tasks; see ``_bounded``."""
    return replace(_mean(found, above, below), details=_about(found))


def _mean(found: Differences, above: float | None = None, below: float | None = None) -> Finding:
    finding = _bounded(list(found.values()), above, below)
    return replace(finding, estimate=f"mean over {len(found)} tasks {finding.estimate}")


def _bounded(runs: Sequence[Scores], above: float | None = None, below: float | None = None) -> Finding:
    """Of a mean being above a bound, or below it; the contrary is the other side of the same bound."""
    estimate = mean_over_tasks(runs)
    assert estimate is not None, "every task has two runs"
    bound, sign = (above, 1) if above is not None else (below, -1)
    assert bound is not None, "one of the two"
    distance = sign * (estimate.difference - bound)
    p_holds, p_fails = estimate.p(distance), estimate.p(-distance)
    text = f"{signed(estimate.difference)} points ({between(estimate.t_test(1 - 2 * ALPHA).interval)})"
    settled = min(p_holds, p_fails) < ALPHA
    return Finding(p_holds, p_fails, text, (), None if settled else _seeds(estimate, distance, min(map(len, runs))))


def _about(found: Differences) -> tuple[str, ...]:
    """The tasks as a sample of tasks, and each of them."""
    means = {task: statistics.fmean(values) for task, values in found.items()}
    lines = [", ".join(f"{task} {signed(mean)}" for task, mean in means.items())]
    if len(means) > 2:
        lines.append(f"signs flipped over tasks: p = {sign_flip(list(means.values())):.3f}")
    if effects := random_effects(list(found.values())):
        lines.append(
            f"a task not yet seen ({between(effects.prediction)}); tasks differ by {_tau(effects.tau_interval)}"
        )
    return tuple(lines)


def _tau(interval: Interval) -> str:
    return f"a deviation of {100 * interval.low:.1f} to {100 * interval.high:.1f} points ({100 * interval.level:g} %)"


def _seeds(estimate: Estimate, distance: float, runs: int) -> int | None:
    """Seeds at which this distance would be 1.96 errors, as errors fall with their square root."""
    if not distance or not estimate.error:
        return None
    needed = math.ceil(runs * (1.96 * estimate.error / abs(distance)) ** 2)
    return max(needed, runs + 1) if needed <= MOST_SEEDS else None


def all_of(findings: Sequence[Finding], names: Sequence[str]) -> Finding:
    """Every part has to hold (intersection-union, so without a correction); it fails if one does, by Holm's p."""
    worst = max(range(len(findings)), key=lambda i: findings[i].p_holds)
    fails = min(holm([one.p_fails for one in findings]))
    details = tuple(f"{name}: {one.estimate}" for name, one in zip(names, findings, strict=True))
    seeds = [one.seeds for one in findings if one.p_holds >= ALPHA]
    enough = max((n for n in seeds if n), default=None) if None not in seeds else None
    p_holds, text = findings[worst].p_holds, f"weakest: {names[worst]}, {findings[worst].estimate}"
    return Finding(p_holds, fails, text, details, None if min(p_holds, fails) < ALPHA else enough)


def each_task_above(found: Differences, bound: float) -> Finding:
    """Every task's mean is above the bound; the worst is named."""
    return all_of([_bounded([values], above=bound) for values in found.values()], list(found))


def tickets_exist(exhibits: Exhibits) -> Finding | None:
    found = _of(exhibits, "table2", ["imp"], "full")
    return mean_finding(found, above=-MARGIN) if found else None


def controls_are_worse(exhibits: Exhibits) -> Finding | None:
    rows = ("random_mask", "random_weights", "shuffled_weights")
    parts = [_of(exhibits, "table2", [row], "imp") for row in rows]
    return all_of([_mean(one, below=0.0) for one in parts if one], rows) if all(parts) else None


def rewinding_does_not_help(exhibits: Exhibits) -> Finding | None:
    found = _of(exhibits, "table3", [f"rewind_{part}" for part in ("0.05", "0.10", "0.20", "0.50")], "imp")
    return mean_finding(found, below=MARGIN) if found else None


def standard_pruning_is_mixed(exhibits: Exhibits) -> Finding | None:
    """Better on one task and worse on another: both have to show, each corrected for the choice among tasks."""
    found = _of(exhibits, "table3", ["standard_pruning"], "imp")
    if not found:
        return None
    tests = [_bounded([values], above=0.0) for values in found.values()]
    up, down = [one.p_holds for one in tests], [one.p_fails for one in tests]
    mixed = max(min(1.0, min(side) * len(side)) for side in (up, down))
    one_way = min(1.0, 2 * min(max(up), max(down)))
    effects = random_effects(list(found.values()))
    text = f"tasks differ by {_tau(effects.tau_interval)}" if effects else "too few tasks for their deviation"
    return Finding(mixed, one_way, text, _about(found))


def tasks_rarely_transfer(exhibits: Exhibits) -> Finding | None:
    """Less than half of the pairs of tasks transfer: the mean is at most the margin below the full network's."""
    exhibit = exhibits.get("figure2")
    if exhibit is None:
        return None
    pairs: dict[tuple[str, str], bool] = {}
    for source in (row for row in exhibit.rows if row in exhibit.tasks and row != "mlm"):
        found = differences(exhibit, [source], "full", [task for task in exhibit.tasks if task != source])
        if found is None:
            return None
        pairs |= {(source, task): statistics.fmean(values) >= -MARGIN for task, values in found.items()}
    if not pairs:
        return None
    interval = proportion_of_pairs(pairs)
    share = sum(pairs.values()) / len(pairs)
    count = f"{sum(pairs.values())} of {len(pairs)} pairs, {100 * share:.0f} %"
    text = f"{count} ({between(interval, lambda part: f'{100 * part:.0f} %')})"
    return Finding(float(interval.high >= 0.5), float(interval.low <= 0.5), text, tuple(_targets(pairs)))


def _targets(pairs: Mapping[tuple[str, str], bool]) -> Iterator[str]:
    for source in dict.fromkeys(source for source, _ in pairs):
        targets = [target for (other, target), transfers in pairs.items() if other == source and transfers]
        yield f"found on {source}: transfers to {', '.join(targets) or 'none'}"


def mlm_is_universal(exhibits: Exhibits) -> Finding | None:
    exhibit = exhibits.get("figure2")
    tasks = [task for task in exhibit.tasks if task != "mlm"] if exhibit else []
    found = differences(exhibit, ["mlm"], "full", tasks) if exhibit else None
    if not found:
        return None
    every = each_task_above(found, -MARGIN)
    return replace(every, details=(*every.details, *_about(found)[1:]))


def more_data_transfer_better(exhibits: Exhibits) -> Finding | None:
    """All examples minus as many as the task itself has."""
    exhibit = exhibits.get("table8")
    parts = [row for row in exhibit.rows if row.startswith("imp_mlm_")] if exhibit else []
    found = _of(exhibits, "table8", parts, "imp_mlm")
    return (
        mean_finding({task: [-one for one in values] for task, values in found.items()}, above=0.0) if found else None
    )


def mixes_add_little(exhibits: Exhibits) -> Finding | None:
    exhibit = exhibits.get("figure9")
    mixes = [row for row in exhibit.rows if row.startswith("mlm+")] if exhibit else []
    found = _of(exhibits, "figure9", mixes, "mlm")
    return mean_finding(found, below=MARGIN) if found else None


def _of(exhibits: Exhibits, name: str, rows: Sequence[str], baseline: str) -> Differences | None:
    exhibit = exhibits.get(name)
    return differences(exhibit, rows, baseline, exhibit.tasks) if exhibit else None
