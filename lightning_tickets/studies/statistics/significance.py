"""Significance tests over a few runs: t tests with confidence intervals, equivalence, and Holm's correction."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lightning_tickets.studies.statistics.summary import ROUNDING

Scores = Sequence[float]


@dataclass(frozen=True)
class Interval:
    """A confidence interval; ``level`` is its confidence as a fraction."""

    low: float
    high: float
    level: float

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise ValueError(f"level: expected a fraction between 0 and 1, got {self.level}")


@dataclass(frozen=True)
class TTest:
    """``difference`` is ours − theirs, ``p`` is two-sided; ``df`` is None if neither side has a deviation."""

    difference: float
    df: float | None
    p: float
    interval: Interval


@dataclass(frozen=True)
class Estimate:
    """A difference and its standard error; a standard error of 0 gives p = 0 or 1."""

    difference: float
    error: float
    df: float | None

    def p(self, distance: float) -> float:
        """One-sided, for a true distance from a bound above 0; ``distance`` is its estimate."""
        return float(_student().sf(distance / self.error, self.df)) if self.error else float(distance <= 0)

    def with_runs(self, had: int, runs: int) -> "Estimate":
        """With so many runs of each sample instead of those it had, if means and variances stayed the same."""
        df = None if self.df is None else self.df * (runs - 1) / (had - 1)
        return Estimate(self.difference, self.error * math.sqrt(had / runs), df)

    def t_test(self, level: float) -> TTest:
        p = min(1.0, 2 * self.p(abs(self.difference)))
        half = float(_student().isf((1 - level) / 2, self.df)) * self.error if self.error else 0.0
        return TTest(self.difference, self.df, p, Interval(self.difference - half, self.difference + half, level))


def welch(ours: Scores, theirs: Scores, level: float = 0.95) -> TTest | None:
    """Welch's t test; None with fewer than two scores on a side or a score that is not finite."""
    estimate = _independent(ours, theirs)
    return None if estimate is None else estimate.t_test(level)


def paired(ours: Mapping[int, float], theirs: Mapping[int, float], level: float = 0.95) -> TTest | None:
    """The paired t test over the seeds that both have; None with fewer than two, or a score that is not finite."""
    differences = [ours[seed] - theirs[seed] for seed in sorted(ours.keys() & theirs.keys())]
    if not _enough(differences):
        return None
    error = math.sqrt(statistics.variance(differences) / len(differences))
    return Estimate(statistics.mean(differences), error, float(len(differences) - 1)).t_test(level)


def equivalence(ours: Scores, theirs: Scores, margin: float) -> float | None:
    """The p of a difference within the margin, by two one-sided tests (Schuirmann 1987); None where ``welch`` is.

    Choose the margin before seeing the scores.
    """
    if not margin > 0:
        raise ValueError(f"expected margin > 0, got {margin}")
    if (estimate := _independent(ours, theirs)) is None:
        return None
    return max(estimate.p(margin + estimate.difference), estimate.p(margin - estimate.difference))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm (1979): the k-th smallest of m p values times m − k + 1, and not below the adjusted smaller ones."""
    if not all(0 <= p <= 1 for p in p_values):
        raise ValueError(f"not p values: expected numbers between 0 and 1, got {p_values}")
    m, floor, adjusted = len(p_values), 0.0, [1.0] * len(p_values)
    for rank, i in enumerate(sorted(range(m), key=p_values.__getitem__)):
        floor = adjusted[i] = max(floor, min(1.0, (m - rank) * p_values[i]))
    return tuple(adjusted)


def _independent(ours: Scores, theirs: Scores) -> Estimate | None:
    """A difference of rounding is none."""
    if not (_enough(ours) and _enough(theirs)):
        return None
    difference = statistics.mean(ours) - statistics.mean(theirs)
    return Estimate(difference if abs(difference) > ROUNDING else 0.0, *error_of_sum([ours, theirs]))


def error_of_sum(samples: Sequence[Scores]) -> tuple[float, float | None]:
    """The standard error of a sum (or difference) of the samples' means, each of at least two independent scores.

    With its degrees of freedom (Satterthwaite 1946; of two samples Welch's, 1947); None where no sample varies.
    """
    variances = [statistics.variance(one) / len(one) for one in samples]
    total = math.fsum(variances)
    if not total:
        return 0.0, None
    shares = [variance / total for variance in variances]
    df = 1 / math.fsum(share**2 / (len(one) - 1) for share, one in zip(shares, samples, strict=True))
    return math.sqrt(total), df


def _enough(scores: Scores) -> bool:
    return len(scores) > 1 and all(map(math.isfinite, scores))


def _student() -> Any:
    from scipy.stats import t  # type: ignore[import-untyped]  # slow to import

    return t
