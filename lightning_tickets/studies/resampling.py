"""A metric anew from what it is of, an example each, so that samples of the development set can be drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lightning_tickets.studies.inference import Interval, bootstrap

Columns = Mapping[str, Sequence[float]]
RESAMPLES = 1000


def again(metric: str, columns: Columns) -> tuple[tuple[str, ...], Callable[[list[Any]], float]]:
    """The columns that a metric is of, and the metric as a function of them."""
    if "right" in columns:
        return ("right", "asked"), lambda c: float(c[0].sum() / c[1].sum())
    if "target" in columns:
        return ("guess", "target"), _spearman if metric == "spearman" else _pearson
    if "label" in columns:
        known = {"matthews": _matthews, "f1": _f1}
        return ("guess", "label"), known.get(metric, lambda c: float((c[0] == c[1]).mean()))
    return (metric,), lambda c: float(c[0].mean())


def over_examples(metric: str, runs: Sequence[Columns], baselines: Sequence[Columns]) -> Interval | None:
    """95 % of the mean over the runs minus that over the baseline's, the same examples drawn for all of them.

    None where there are no columns, or where they are not of the same examples.
    """
    everything = [*runs, *baselines]
    if not runs or not baselines or not all(everything):
        return None
    names, statistic = again(metric, runs[0])
    values = [columns[name] for columns in everything for name in names]
    if len({len(column) for column in values}) != 1:
        return None
    ours, width = len(runs), len(names)

    def difference(drawn: list[Any]) -> float:
        scores = [statistic(drawn[at : at + width]) for at in range(0, len(drawn), width)]
        return sum(scores[:ours]) / ours - sum(scores[ours:]) / (len(scores) - ours)

    return bootstrap(values, difference, RESAMPLES, seed=0)


def _pearson(columns: list[Any]) -> float:
    import numpy as np

    guess, target = (np.asarray(column, dtype=float) for column in columns)
    if guess.std() == 0 or target.std() == 0:
        return float("nan")
    return float(np.corrcoef(guess, target)[0, 1])


def _spearman(columns: list[Any]) -> float:
    from scipy.stats import rankdata  # type: ignore[import-untyped]

    return _pearson([rankdata(column) for column in columns])


def _matthews(columns: list[Any]) -> float:
    """Of two classes or more, 0 where guesses or labels are constant (Gorodkin 2004)."""
    import numpy as np

    guess, label = (np.asarray(column, dtype=int) for column in columns)
    classes = range(int(max(guess.max(), label.max())) + 1)
    n, right = len(guess), int((guess == label).sum())
    guessed, actual = (np.array([(column == k).sum() for k in classes], dtype=float) for column in (guess, label))
    spread = np.sqrt((n**2 - (guessed**2).sum()) * (n**2 - (actual**2).sum()))
    return float((right * n - (guessed * actual).sum()) / spread) if spread else 0.0


def _f1(columns: list[Any]) -> float:
    guess, label = columns
    right = float(((guess == 1) & (label == 1)).sum())
    asked = float((guess == 1).sum() + (label == 1).sum())
    return 2 * right / asked if asked else 0.0
