"""Metrics on many resamples of the examples at once.

A resample is given by how often each example is drawn into it. A metric that consists of sums then takes one matrix
product for all resamples of several runs.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import mode
from typing import Any

ExampleColumns = Mapping[str, Sequence[float]]
WeightedMetric = Callable[[list[Any], Any], Any]
"""(columns [n examples, runs], counts [resamples, n], n in each row) → values [resamples, runs]."""
FLAT = 1e-12  # a variance below it is rounding


def weighted_metric(metric: str, columns: ExampleColumns) -> tuple[tuple[str, ...], WeightedMetric] | None:
    """The columns that a metric is computed from, and the function that computes it.

    None if ``columns`` do not hold the metric: a further split's metric is not of the development set's examples.
    """
    for names, functions in METRICS.items():
        if set(names) <= set(columns) and metric in functions:
            return names, functions[metric]
    return ((metric,), _mean) if metric in columns else None


def constant_score(metric: str, columns: ExampleColumns) -> float | None:
    """The score of predicting the most frequent label of ``columns`` for each example; None if they lack the metric.

    0 for a metric without labels: a constant has no correlation, and no constant is a span or a hidden word.
    """
    import numpy as np

    if (known := weighted_metric(metric, columns)) is None:
        return None
    names, function = known
    if "label" not in names:
        return 0.0
    labels = np.asarray(columns["label"])[:, None]
    return float(function([np.full_like(labels, mode(columns["label"])), labels], np.ones((1, len(labels)))).item())


def _mean(columns: list[Any], counts: Any) -> Any:
    return counts @ columns[0] / counts.shape[1]


def _accuracy(columns: list[Any], counts: Any) -> Any:
    return _mean([columns[0] == columns[1]], counts)


def _micro(columns: list[Any], counts: Any) -> Any:
    right, asked = columns
    return _ratio(counts @ right, counts @ asked, math.nan)


def _pearson(columns: list[Any], counts: Any) -> Any:
    def mean(values: Any) -> Any:
        return _mean([values], counts)

    x, y = (column - column.mean(axis=0) for column in columns)
    return _correlation(x, y, mean)


def _spearman(columns: list[Any], counts: Any) -> Any:
    """Ranks differ from resample to resample, so there is no product for several runs."""
    import numpy as np

    def mean(values: Any) -> Any:
        return np.einsum("rn,rn->r", counts, values) / counts.shape[1]

    runs = zip(*(column.T for column in columns), strict=True)
    values = [_correlation(_ranks(guess, counts), _ranks(target, counts), mean) for guess, target in runs]
    return np.stack(values, axis=1)


def _correlation(x: Any, y: Any, mean: Callable[[Any], Any]) -> Any:
    """Pearson correlation by the mean over each resample; NaN if one of the two is constant."""
    import numpy as np

    mean_x, mean_y = mean(x), mean(y)
    spread_x, spread_y = mean(x * x) - mean_x**2, mean(y * y) - mean_y**2
    varied = (spread_x > FLAT) & (spread_y > FLAT)
    return _ratio(mean(x * y) - mean_x * mean_y, np.sqrt(np.where(varied, spread_x * spread_y, 0.0)), math.nan)


def _ranks(column: Any, counts: Any) -> Any:
    """Ranks [resamples, n], with ties at their mean: the examples below, plus half of those with the same value."""
    import numpy as np

    order = np.argsort(column, kind="stable")
    values, place = np.unique(column, return_inverse=True)
    equal = np.add.reduceat(counts[:, order], np.searchsorted(column[order], values), axis=1)
    return (np.cumsum(equal, axis=1) - equal / 2 + 0.5)[:, place]


def _matthews(columns: list[Any], counts: Any) -> Any:
    """For two classes or more (Gorodkin 2004); 0 if guesses or labels are constant."""
    import numpy as np

    guess, label = (np.asarray(column, dtype=int) for column in columns)
    n, right = counts.shape[1], counts @ (guess == label)
    classes = range(max(guess.max(), label.max()) + 1)
    by_class = [(counts @ (guess == one), counts @ (label == one)) for one in classes]
    spread_guess, spread_label = (n**2 - sum(by[which] ** 2 for by in by_class) for which in (0, 1))
    chance = sum(guessed * actual for guessed, actual in by_class)
    return _ratio(right * n - chance, np.sqrt(spread_guess * spread_label), 0.0)


def _f1(columns: list[Any], counts: Any) -> Any:
    """Of class 1; 0 if it is neither a label nor guessed."""
    guess, label = columns
    right = counts @ ((guess == 1) & (label == 1))
    asked = counts @ (guess == 1) + counts @ (label == 1)
    return _ratio(2 * right, asked, 0.0)


def _ratio(above: Any, below: Any, otherwise: float) -> Any:
    """``above / below``, and ``otherwise`` where ``below`` is 0."""
    import numpy as np

    return np.divide(above, below, out=np.full(below.shape, otherwise), where=below > 0)


METRICS: Mapping[tuple[str, ...], Mapping[str, WeightedMetric]] = {
    ("right", "asked"): {"accuracy": _micro},
    ("guess", "target"): {"pearson": _pearson, "spearman": _spearman},
    ("guess", "label"): {"accuracy": _accuracy, "matched_accuracy": _accuracy, "matthews": _matthews, "f1": _f1},
}
