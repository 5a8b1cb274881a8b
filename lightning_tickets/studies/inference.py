"""How sure a handful of scores makes us: differences with intervals, equivalence, many tests, degenerate results."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Scores = Sequence[float]
ROUNDING = 1e-6  # metrics come in single precision; one example of the largest development set weighs 2e-5


@dataclass(frozen=True)
class Interval:
    """Made so that it holds the true value in ``level`` (a fraction) of all repetitions."""

    low: float
    high: float
    level: float

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise ValueError(f"level={self.level}: allowed is a fraction between 0 and 1")


@dataclass(frozen=True)
class Comparison:
    """``difference`` is ours − theirs, ``p`` two-sided; ``df`` is None where two sides without deviation leave none."""

    difference: float
    df: float | None
    p: float
    interval: Interval


@dataclass(frozen=True)
class Equivalence:
    """p values of a difference within the margin, of ours being worse, or better, by less than it (``non_…``).

    ``holds`` where ``p`` is at most alpha; ``interval``, of level 1 − 2 alpha, then lies within the margin.
    """

    p: float
    non_inferior: float
    non_superior: float
    holds: bool
    interval: Interval


@dataclass(frozen=True)
class _Estimate:
    """A difference and its standard error; where that is 0 the data are taken at their word."""

    difference: float
    error: float
    df: float | None

    def p(self, distance: float) -> float:
        """One-sided, for the claim that the true distance from a bound, estimated as ``distance``, is above 0."""
        return float(_student().sf(distance / self.error, self.df)) if self.error else float(distance <= 0)

    def comparison(self, level: float) -> Comparison:
        p = min(1.0, 2 * self.p(abs(self.difference)))
        half = float(_student().isf((1 - level) / 2, self.df)) * self.error if self.error else 0.0
        return Comparison(self.difference, self.df, p, Interval(self.difference - half, self.difference + half, level))


def welch(ours: Scores, theirs: Scores, level: float = 0.95) -> Comparison | None:
    """The t test of runs that share nothing; None with fewer than two scores on a side, or one that is not finite."""
    estimate = _independent(ours, theirs)
    return None if estimate is None else estimate.comparison(level)


def paired(ours: Mapping[int, float], theirs: Mapping[int, float], level: float = 0.95) -> Comparison | None:
    """The t test over the seeds that both have; None for fewer than two of them, or a score that is not finite."""
    differences = [ours[seed] - theirs[seed] for seed in sorted(ours.keys() & theirs.keys())]
    if not _enough(differences):
        return None
    error = math.sqrt(statistics.variance(differences) / len(differences))
    return _Estimate(statistics.mean(differences), error, len(differences) - 1).comparison(level)


def equivalent(ours: Scores, theirs: Scores, margin: float, alpha: float = 0.05) -> Equivalence | None:
    """Two one-sided tests (Schuirmann 1987), None where ``welch`` is; the margin is to be chosen beforehand."""
    if not (margin > 0 and 0 < alpha < 0.5):
        raise ValueError(f"margin={margin}, alpha={alpha}: allowed are fractions above 0, alpha below 0.5")
    if (found := _independent(ours, theirs)) is None:
        return None
    above, below = found.p(margin + found.difference), found.p(margin - found.difference)
    p = max(above, below)
    return Equivalence(p, above, below, p <= alpha, found.comparison(1 - 2 * alpha).interval)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm (1979): the k-th smallest of m times m − k + 1, but never below what a smaller one has become."""
    if not all(0 <= p <= 1 for p in p_values):
        raise ValueError(f"not p values, which lie between 0 and 1: {p_values}")
    m, floor, adjusted = len(p_values), 0.0, [1.0] * len(p_values)
    for rank, i in enumerate(sorted(range(m), key=p_values.__getitem__)):
        floor = adjusted[i] = max(floor, min(1.0, (m - rank) * p_values[i]))
    return tuple(adjusted)


def resamples(examples: int, number: int, seed: int) -> Any:
    """How often each example is drawn, with replacement, into each of ``number`` samples: [number, examples]."""
    import numpy as np

    if examples < 1 or number < 1:
        raise ValueError(f"{number} resamples of {examples} examples: allowed are numbers above 0")
    generator = np.random.default_rng(seed)
    drawn = (np.bincount(generator.integers(examples, size=examples), minlength=examples) for _ in range(number))
    return np.stack([counts.astype(np.uint16) for counts in drawn])


def percentiles(draws: Any, level: float = 0.95) -> Interval | None:
    """The bootstrap's interval of a statistic by its values on resamples; None if one of them is not finite."""
    import numpy as np

    if not np.isfinite(draws).all():
        return None
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return Interval(low, high, level)


def majority(labels: Sequence[int]) -> float:
    """The accuracy of always saying the most frequent label; ValueError for no labels."""
    return max(Counter(labels).values()) / len(labels)


def flags(scores: Scores, baseline: float | None, undefined: int) -> tuple[str, ...]:
    """What is degenerate; ``baseline`` is the score of always saying the most frequent label, None if it has none."""
    found = {
        "no run beats the most frequent label": baseline is not None and scores and max(scores) <= baseline + ROUNDING,
        "every run scores 0": len(scores) > 1 and not any(scores),
        f"undefined scores: {undefined}": undefined,
    }
    return tuple(text for text, holds in found.items() if holds)


def _independent(ours: Scores, theirs: Scores) -> _Estimate | None:
    """With the degrees of freedom of Welch (1947) and Satterthwaite (1946)."""
    if not (_enough(ours) and _enough(theirs)):
        return None
    a, b = (statistics.variance(scores) / len(scores) for scores in (ours, theirs))
    difference = statistics.mean(ours) - statistics.mean(theirs)  # rounded once: equal scores differ by exactly 0
    if not a + b:
        return _Estimate(difference, 0.0, None)
    share = a / (a + b)
    df = 1 / (share**2 / (len(ours) - 1) + (1 - share) ** 2 / (len(theirs) - 1))
    return _Estimate(difference, math.sqrt(a + b), df)


def _enough(scores: Scores) -> bool:
    return len(scores) > 1 and all(map(math.isfinite, scores))


def _student() -> Any:
    from scipy.stats import t  # type: ignore[import-untyped]  # slow to import

    return t
