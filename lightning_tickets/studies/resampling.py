"""A metric anew from what it is of, an example each, on many samples of the development set at once.

A sample is how often each example is drawn into it, so that a metric that is made of sums takes one product of
matrices for all samples.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from lightning_tickets.studies.inference import Interval, majority, percentiles, resamples

Columns = Mapping[str, Sequence[float]]
Statistic = Callable[[list[Any], Any], Any]
"""Of columns of n examples and counts [samples, n]: a value a sample."""
RESAMPLES = 1000
FLAT = 1e-12  # a variance below it is rounding
BLOCK = 2**22  # counts that are turned into floating-point numbers at a time


class Examples:
    """What development sets say beyond a score; ``columns_of`` a run are what its metrics are of, an example each.

    Each run is resampled once, however many cells it stands behind.
    """

    def __init__(self, columns_of: Callable[[str], Columns | None]) -> None:
        self._columns = lru_cache(maxsize=8)(columns_of)
        self._drawn = cache(self._draws)
        self.majority = cache(self._majority)

    def interval(self, metric: str, runs: Sequence[str], baselines: Sequence[str]) -> Interval | None:
        """95 % of the mean over the runs minus that over the baseline's, the same examples drawn for all of them.

        None where a run has no columns, or where they are not of the same examples.
        """
        ours, theirs = ([self._drawn(metric, run) for run in names] for names in (runs, baselines))
        sizes = {examples for examples, _ in (*ours, *theirs)}
        if not ours or not theirs or len(sizes) != 1 or 0 in sizes:
            return None
        return percentiles(sum(d for _, d in ours) / len(ours) - sum(d for _, d in theirs) / len(theirs))

    def _draws(self, metric: str, run: str) -> tuple[int, Any]:
        """How many examples it has, and the metric on each of the samples that all runs with as many share."""
        columns = self._columns(run) or {}
        found = drawn(metric, columns)
        return (0, None) if found is None else (len(next(iter(columns.values()))), found)

    def _majority(self, run: str) -> float | None:
        """The accuracy of the most frequent label, None for a run without labels."""
        labels = (self._columns(run) or {}).get("label")
        return majority([int(label) for label in labels]) if labels else None


def drawn(metric: str, columns: Columns) -> Any | None:
    """The metric on each sample, as an array; None for one that the columns do not hold."""
    import numpy as np

    if (known := again(metric, columns)) is None:
        return None
    names, statistic = known
    values = [np.asarray(columns[name]) for name in names]
    counts = _resamples(len(values[0]))
    step = max(1, BLOCK // len(values[0]))
    return np.concatenate([statistic(values, counts[at : at + step] * 1.0) for at in range(0, len(counts), step)])


def again(metric: str, columns: Columns) -> tuple[tuple[str, ...], Statistic] | None:
    """The columns that a metric is of, and the metric as a function of them and of counts.

    None for a metric that they do not hold, as that of a further split is not of the development set's examples.
    """
    for names, known in OF.items():
        if set(names) <= set(columns) and metric in known:
            return names, known[metric]
    return ((metric,), _mean) if metric in columns else None


@lru_cache(maxsize=4)
def _resamples(examples: int) -> Any:
    return resamples(examples, RESAMPLES, seed=0)


def _mean(columns: list[Any], counts: Any) -> Any:
    return counts @ columns[0] / counts.sum(axis=1)


def _accuracy(columns: list[Any], counts: Any) -> Any:
    return _mean([columns[0] == columns[1]], counts)


def _micro(columns: list[Any], counts: Any) -> Any:
    right, asked = columns
    return _ratio(counts @ right, counts @ asked, math.nan)


def _pearson(columns: list[Any], counts: Any) -> Any:
    x, y = (column - column.mean() for column in columns)
    return _correlation(x, y, counts)


def _spearman(columns: list[Any], counts: Any) -> Any:
    x, y = (_ranks(column, counts) for column in columns)
    return _correlation(x, y, counts)


def _correlation(x: Any, y: Any, counts: Any) -> Any:
    """Of values [n] or [samples, n]; NaN where one of the two is constant."""
    import numpy as np

    def mean(values: Any) -> Any:
        return (counts * values).sum(axis=1) / counts.sum(axis=1)

    mean_x, mean_y = mean(x), mean(y)
    spread_x, spread_y = mean(x * x) - mean_x**2, mean(y * y) - mean_y**2
    varied = (spread_x > FLAT) & (spread_y > FLAT)
    return _ratio(mean(x * y) - mean_x * mean_y, np.sqrt(np.where(varied, spread_x * spread_y, 0.0)), math.nan)


def _ranks(column: Any, counts: Any) -> Any:
    """[samples, n], ties at their mean: those before an example in its sample, and half of those that are like it."""
    import numpy as np

    order = np.argsort(column, kind="stable")
    values, place = np.unique(column, return_inverse=True)
    alike = np.add.reduceat(counts[:, order], np.searchsorted(column[order], values), axis=1)
    return (np.cumsum(alike, axis=1) - alike / 2 + 0.5)[:, place]


def _matthews(columns: list[Any], counts: Any) -> Any:
    """Of two classes or more, 0 where guesses or labels are constant (Gorodkin 2004)."""
    import numpy as np

    guess, label = (np.asarray(column, dtype=int) for column in columns)
    classes = np.arange(int(max(guess.max(), label.max())) + 1)
    n, right = counts.sum(axis=1), counts @ (guess == label)
    guessed, actual = (counts @ (column[:, None] == classes[None, :]) for column in (guess, label))
    spread = np.sqrt((n**2 - (guessed**2).sum(axis=1)) * (n**2 - (actual**2).sum(axis=1)))
    return _ratio(right * n - (guessed * actual).sum(axis=1), spread, 0.0)


def _f1(columns: list[Any], counts: Any) -> Any:
    """Of class 1, 0 where it is neither there nor guessed."""
    guess, label = columns
    right = counts @ ((guess == 1) & (label == 1))
    asked = counts @ (guess == 1) + counts @ (label == 1)
    return _ratio(2 * right, asked, 0.0)


def _ratio(above: Any, below: Any, otherwise: float) -> Any:
    """``otherwise`` where it would be divided by 0."""
    import numpy as np

    return np.divide(above, below, out=np.full(below.shape, otherwise), where=below > 0)


OF: Mapping[tuple[str, ...], Mapping[str, Statistic]] = {
    ("right", "asked"): {"accuracy": _micro},
    ("guess", "target"): {"pearson": _pearson, "spearman": _spearman},
    ("guess", "label"): {"accuracy": _accuracy, "matched_accuracy": _accuracy, "matthews": _matthews, "f1": _f1},
}
