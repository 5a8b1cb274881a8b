"""Runs of several tasks together, with the statistics of Agarwal et al. (2021); every task is a stratum.

A statistic takes draws and gives one value for each: the observed runs are one draw, a bootstrap makes ``DRAWS``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lightning_tickets.studies.statistics.aggregate import DRAWS
from lightning_tickets.studies.statistics.bootstrap import percentile_interval
from lightning_tickets.studies.statistics.significance import Interval, Scores

Draws = Mapping[str, Any]
"""By task, an array [draws, runs]."""


@dataclass(frozen=True)
class Runs:
    """The scores of a row by task; rows of another ``name`` are drawn independently."""

    name: str
    scores: Mapping[str, Scores]

    def observed(self) -> Draws:
        import numpy as np

        return {task: np.asarray([scores]) for task, scores in self.scores.items()}

    def resampled(self) -> Draws | None:
        """n − 1 of the n runs of each task, with replacement (McCarthy and Snowden 1985); None if a task has one run.

        Means of n − 1 vary as those of n runs do; n of n vary too little, by a third with three runs.
        """
        import numpy as np

        if min(map(len, self.scores.values()), default=0) < 2:
            return None
        generator = np.random.default_rng([*self.name.encode()])
        sizes = {task: len(scores) for task, scores in self.scores.items()}
        drawn = {task: generator.integers(0, size, (DRAWS, size - 1)) for task, size in sizes.items()}
        return {task: np.asarray(scores)[drawn[task]] for task, scores in self.scores.items()}


@dataclass(frozen=True)
class PooledEstimate:
    """Values of a statistic on the runs, and their 95 % intervals; None with a single run of a task."""

    values: tuple[float, ...]
    intervals: tuple[Interval | None, ...]


def estimate(statistic: Callable[..., Any], *rows: Runs) -> PooledEstimate:
    """``statistic`` takes the draws of each row and gives an array [draws, values]."""
    values = statistic(*(row.observed() for row in rows))[0].tolist()
    drawn = [row.resampled() for row in rows]
    if any(one is None for one in drawn):
        return PooledEstimate(tuple(values), (None,) * len(values))
    return PooledEstimate(tuple(values), tuple(map(percentile_interval, statistic(*drawn).T)))


def gap_closed(ours: Draws, full: Draws, constant: Mapping[str, float]) -> Any:
    """(score − constant) / (mean of full − constant), an array [draws, runs of all tasks].

    ``constant`` is the score of a constant prediction, by task.
    """
    import numpy as np

    above = {task: full[task].mean(axis=1, keepdims=True) - constant[task] for task in ours}
    return np.concatenate([(scores - constant[task]) / above[task] for task, scores in ours.items()], axis=1)


def summaries(gaps: Any) -> Any:
    """The interquartile mean, and the optimality gap: the mean of what is lacking to 1. [draws, 2]"""
    import numpy as np
    from scipy.stats import trim_mean  # type: ignore[import-untyped]

    return np.stack([trim_mean(gaps, 0.25, axis=1), 1 - np.minimum(gaps, 1).mean(axis=1)], axis=1)


def shares_above(gaps: Any, thresholds: Any) -> Any:
    """The performance profile: the share of the runs that is above each threshold. [draws, thresholds]"""
    import numpy as np

    return (gaps[:, :, None] > np.asarray(thresholds)).mean(axis=1)


def improvement(ours: Draws, theirs: Draws) -> Any:
    """P(ours > theirs) of a run of each, a tie counts half: the mean over tasks of U / (n m) of Mann and Whitney.

    ``scipy.stats.mannwhitneyu`` gives the same number with a p value for each draw, which takes far longer. [draws, 1]
    """
    import numpy as np

    gaps = [ours[task][:, :, None] - theirs[task][:, None, :] for task in ours]
    return np.mean([(np.sign(gap) / 2 + 0.5).mean(axis=(1, 2)) for gap in gaps], axis=0)[:, None]
