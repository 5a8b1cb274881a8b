"""Statistics over tasks: means of paired differences, random effects, proportions of pairs.

``scipy.stats`` has the distributions and the exact permutation test, but no random effects.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from lightning_tickets.studies.statistics.bootstrap import percentile_interval
from lightning_tickets.studies.statistics.significance import Estimate, Interval, Scores, error_of_sum

DRAWS = 2000
LEVEL, LEVEL_OF_PAIRS = 0.95, 0.9  # of random effects, of proportions of pairs


def mean_over_tasks(differences: Sequence[Scores]) -> Estimate | None:
    """The mean over these tasks of each task's mean difference; None if a task has fewer than two.

    The tasks are fixed and their runs are drawn. A stratified bootstrap asks the same; with three runs of a task its
    interval is too narrow (tests/studies/test_aggregate.py).
    """
    if not differences or min(map(len, differences)) < 2:
        return None
    error, df = error_of_sum(differences)
    return Estimate(statistics.fmean(map(statistics.fmean, differences)), error / len(differences), df)


def sign_flip(means: Scores) -> float:
    """The exact two-sided p of the tasks' means being symmetric about 0: all flips of their signs."""
    from scipy.stats import permutation_test  # type: ignore[import-untyped]

    flips = permutation_test((means,), statistics.fmean, permutation_type="samples", n_resamples=math.inf)
    return float(flips.pvalue)


@dataclass(frozen=True)
class RandomEffects:
    """Tasks as draws of a normal population, whose deviation ``tau`` is in ``tau_interval``.

    ``p`` is that of all tasks being alike. ``prediction`` is the interval of the mean of as many runs on a task not yet
    seen.
    """

    tau: float
    p: float
    tau_interval: Interval
    prediction: Interval


def random_effects(differences: Sequence[Scores]) -> RandomEffects | None:
    """Every task with the same weight (Hedges and Olkin 1985); None with fewer than three tasks, or two runs of one.

    The deviation is what the tasks' means vary by beyond their runs; its interval and p are those of an analysis of
    variance.
    """
    if len(differences) < 3 or any(len(one) < 2 for one in differences):
        return None
    from scipy.stats import chi2, f, t

    means, k, tail = [statistics.fmean(one) for one in differences], len(differences), (1 - LEVEL) / 2
    runs = mean_over_tasks(differences)
    assert runs is not None, "there are three tasks, with two runs each"
    within, df = k * runs.error**2, runs.df
    between, mean = statistics.variance(means), statistics.fmean(means)
    ahead = t.isf(tail, k - 1) * math.sqrt(between * (1 + 1 / k))
    ratios = [f.isf(q, k - 1, df) if df else chi2.isf(q, k - 1) / (k - 1) for q in (tail, 1 - tail)]
    low, high = (math.sqrt(max(0.0, between / ratio - within)) for ratio in ratios)
    tau = math.sqrt(max(0.0, between - within))
    p = float(f.sf(between / within, k - 1, df)) if within else float(between == 0)
    return RandomEffects(tau, p, Interval(low, high, LEVEL), Interval(mean - ahead, mean + ahead, LEVEL))


def proportion_of_pairs(pairs: dict[tuple[str, str], bool]) -> Interval:
    """Of the pairs (source, target) for which it is true, by resampling sources and targets (Owen 2007's pigeonhole).

    ValueError for no pairs.
    """
    import numpy as np

    if not pairs:
        raise ValueError("no pairs")
    sources, targets = (sorted({pair[side] for pair in pairs}) for side in (0, 1))
    value = np.full((len(sources), len(targets)), np.nan)
    for (source, target), true in pairs.items():
        value[sources.index(source), targets.index(target)] = true
    generator, drawn = np.random.default_rng(0), list[float]()
    while len(drawn) < DRAWS:
        rows, columns = (generator.integers(0, size, size) for size in value.shape)
        resampled = value[np.ix_(rows, columns)]
        if not np.isnan(resampled).all():
            drawn.append(float(np.nanmean(resampled)))
    interval = percentile_interval(drawn, LEVEL_OF_PAIRS)
    assert interval is not None, "shares are finite"
    return interval
