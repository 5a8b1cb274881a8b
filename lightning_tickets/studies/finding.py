"""What decides a claim: tests of a mean over tasks, of several parts at once, and what would settle them."""

import statistics
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from lightning_tickets.points import signed
from lightning_tickets.studies.comparison import ALPHA, baseline_of
from lightning_tickets.studies.measurement import Exhibit
from lightning_tickets.studies.statistics.aggregate import RandomEffects, mean_over_tasks, random_effects, sign_flip
from lightning_tickets.studies.statistics.significance import Interval, Scores, holm
from lightning_tickets.studies.statistics.summary import ROUNDING

Differences = dict[str, list[float]]
"""By task: a row minus its baseline, seed by seed, as fractions."""
SEARCHED = 10_000  # seeds; a difference that needs more is none


@dataclass(frozen=True)
class Finding:
    """p values of the claim and of its contrary, what was estimated, and further lines.

    ``p_with`` are these p values with another number of seeds, if the estimates stayed the same; ``tasks`` would settle
    what is not settled. None where they are not known.
    """

    p_holds: float
    p_fails: float
    estimate: str
    details: tuple[str, ...] = ()
    p_with: Callable[[int], tuple[float, float]] | None = None
    tasks: int | None = None

    def seeds(self) -> int | None:
        """The fewest with which it would be settled; None if more seeds would not settle it."""
        if (p_with := self.p_with) is None:
            return None
        number = bisect_left(range(SEARCHED), True, lo=2, key=lambda seeds: min(p_with(seeds)) < ALPHA)
        return number if number < SEARCHED else None


def probability(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


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
        if len(shared) < 2:
            return None
        found[task] = [statistics.fmean(one[seed] for one in by_seed) for seed in sorted(shared)]
    return found or None


def mean_finding(found: Differences, above: float | None = None, below: float | None = None) -> Finding:
    """Of the mean over tasks, with the tasks as a sample of tasks; see ``bounded``."""
    finding = bounded(list(found.values()), above, below)
    return replace(finding, estimate=f"mean over {len(found)} tasks {finding.estimate}", details=about(found))


def bounded(runs: Sequence[Scores], above: float | None = None, below: float | None = None) -> Finding:
    """Of a mean being above a bound, or below it; the contrary is the other side of the same bound."""
    estimate = mean_over_tasks(runs)
    assert estimate is not None, "every task has two runs"
    bound, sign = (above, 1) if above is not None else (below, -1)
    assert bound is not None, "one of the two"
    distance = sign * (estimate.difference - bound)
    distance = distance if abs(distance) > ROUNDING else 0.0
    text = f"{signed(estimate.difference)} points ({between(estimate.t_test(1 - 2 * ALPHA).interval)})"

    def p_with(seeds: int) -> tuple[float, float]:
        then = estimate.with_runs(min(map(len, runs)), seeds)
        return then.p(distance), then.p(-distance)

    return Finding(estimate.p(distance), estimate.p(-distance), text, p_with=p_with)


def all_of(findings: Sequence[Finding], names: Sequence[str]) -> Finding:
    """Every part has to hold (intersection-union, so without a correction); it fails if one does, by Holm's p.

    The part that decides is named with its p: the clearest failure, or else the part that holds least clearly.
    """
    fails = min(holm([one.p_fails for one in findings]))
    worst = min(findings, key=lambda one: one.p_fails) if fails < ALPHA else max(findings, key=lambda one: one.p_holds)
    texts = ("; ".join((one.estimate, *one.details[1:])) for one in findings)
    details = tuple(f"{name}: {text}" for name, text in zip(names, texts, strict=True))
    p_holds, name = max(one.p_holds for one in findings), names[findings.index(worst)]
    decides = probability(fails if fails < ALPHA else p_holds)

    def p_with(seeds: int) -> tuple[float, float]:
        holding, failing = zip(*(one.p_with(seeds) for one in findings if one.p_with), strict=True)
        return max(holding), min(holm(failing))

    return Finding(p_holds, fails, f"{name}, {worst.estimate}, {decides}", details, p_with)


def about(found: Differences) -> tuple[str, ...]:
    """The tasks as a sample of tasks, and each of them."""
    means = {task: statistics.fmean(values) for task, values in found.items()}
    lines = [", ".join(f"{task} {signed(mean)}" for task, mean in means.items())]
    if len(means) > 2:
        lines.append(f"sign-flip test over tasks, against 0: {probability(sign_flip(list(means.values())))}")
    if effects := random_effects(list(found.values())):
        lines.append(f"as many runs on a task not yet seen ({between(effects.prediction)}); {heterogeneity(effects)}")
    return tuple(lines)


def heterogeneity(effects: RandomEffects) -> str:
    """By how much tasks differ beyond their runs."""
    interval = between(effects.tau_interval, lambda tau: f"{100 * tau:.1f}")
    return f"tasks differ by a deviation of {100 * effects.tau:.1f} points ({interval}), {probability(effects.p)}"
