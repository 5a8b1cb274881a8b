"""Bootstrap over the examples of the development set: each metric is recomputed on many resamples of them."""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any

from lightning_tickets.studies.statistics.significance import Interval
from lightning_tickets.studies.statistics.weighted_metrics import ExampleColumns, constant_score, weighted_metric

RESAMPLES = 1000
BLOCK = 2**22  # counts that are converted to floating-point numbers at a time


class ExampleBootstrap:
    """``columns_of`` gives what a run's metrics are computed from, one value per example, None if it is not stored.

    Each run is resampled once, however many cells use it.
    """

    def __init__(self, columns_of: Callable[[str], ExampleColumns | None]) -> None:
        self._columns = lru_cache(maxsize=8)(columns_of)
        self._draws: dict[tuple[str, str], tuple[int, Any]] = {}
        self.majority = cache(self._majority)

    def interval(self, metric: str, runs: Sequence[str], baselines: Sequence[str]) -> Interval | None:
        """95 % interval of the mean over the runs minus that over the baselines, on the same resamples for all.

        None if a run has no columns or if the runs were scored on different numbers of examples.
        """
        self._resample(metric, [run for run in (*runs, *baselines) if (metric, run) not in self._draws])
        ours, theirs = ([self._draws[metric, run] for run in names] for names in (runs, baselines))
        sizes = {examples for examples, _ in (*ours, *theirs)}
        if not ours or not theirs or len(sizes) != 1 or 0 in sizes:
            return None
        return percentile_interval(sum(d for _, d in ours) / len(ours) - sum(d for _, d in theirs) / len(theirs))

    def _resample(self, metric: str, runs: Sequence[str]) -> None:
        """For each run its number of examples and the metric on each resample; those of equal columns together."""
        groups: dict[tuple[tuple[str, ...], int], dict[str, ExampleColumns]] = {}
        for run in runs:
            columns = self._columns(run) or {}
            if known := weighted_metric(metric, columns):
                groups.setdefault((known[0], len(columns[known[0][0]])), {})[run] = columns
            else:
                self._draws[metric, run] = 0, None
        for (_, examples), several in groups.items():
            for run, draws in zip(several, bootstrap_distributions(metric, [*several.values()]), strict=True):
                self._draws[metric, run] = examples, draws

    def _majority(self, metric: str, run: str) -> float | None:
        """The metric of the most frequent label; None for a run without labels, or of another split's examples."""
        columns = self._columns(run) or {}
        return constant_score(metric, columns) if "label" in columns else None


def bootstrap_distributions(metric: str, runs: Sequence[ExampleColumns]) -> Any:
    """The metric on each resample, an array [runs, RESAMPLES]; all runs hold the metric, on as many examples."""
    import numpy as np

    known = weighted_metric(metric, runs[0])
    assert known is not None, "the runs hold the metric"
    names, function = known
    values = [np.array([run[name] for run in runs]).T for name in names]
    counts = _cached_counts(len(values[0]))
    step = max(1, BLOCK // len(values[0]))
    blocks = (np.asarray(counts[at : at + step], dtype=float) for at in range(0, len(counts), step))
    return np.ascontiguousarray(np.concatenate([function(values, block) for block in blocks]).T)


def resample_counts(examples: int, number: int, seed: int) -> Any:
    """How often each example is drawn, with replacement, into each of ``number`` resamples: [number, examples]."""
    import numpy as np

    if examples < 1 or number < 1:
        raise ValueError(f"resamples: expected numbers >= 1, got {number} resamples of {examples} examples")
    generator = np.random.default_rng(seed)
    draws = (np.bincount(generator.integers(examples, size=examples), minlength=examples) for _ in range(number))
    return np.stack([counts.astype(np.uint16) for counts in draws])


@lru_cache(maxsize=4)
def _cached_counts(examples: int) -> Any:
    """Small ones as the floating-point numbers that they are used as."""
    counts = resample_counts(examples, RESAMPLES, seed=0)
    return counts * 1.0 if counts.size <= BLOCK else counts


def percentile_interval(values: Any, level: float = 0.95) -> Interval | None:
    """The percentile interval of a statistic's values on resamples; None if one of them is not finite."""
    import numpy as np

    if not np.isfinite(values).all():
        return None
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return Interval(low, high, level)
