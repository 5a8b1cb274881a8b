"""Summary statistics of the scores of a few runs, the paper's rules for a match, and degenerate results."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

ROUNDING = 1e-6  # metrics come in single precision; one example of the largest development set weighs 2e-5


@dataclass(frozen=True)
class Summary:
    """Of ``n`` scores; ``std`` is the sample deviation (n - 1), None for a single score."""

    n: int
    mean: float
    std: float | None
    best: float
    median: float


def summarize(scores: Sequence[float]) -> Summary:
    """ValueError for no scores. If a score is not finite, every statistic but n is NaN or None."""
    return _summarize(tuple(scores))


@lru_cache(maxsize=1 << 14)  # a report asks for the same many times
def _summarize(scores: tuple[float, ...]) -> Summary:
    if not scores:
        raise ValueError("no scores to summarize")
    if not all(map(math.isfinite, scores)):
        return Summary(len(scores), math.nan, None, math.nan, math.nan)
    std = statistics.stdev(scores) if len(scores) > 1 else None
    return Summary(len(scores), statistics.fmean(scores), std, max(scores), statistics.median(scores))


@dataclass(frozen=True)
class Matching:
    """Three rules for "matches the full network"; None where a deviation is missing (it needs two scores).

    ``within_full``: the mean is at most one deviation of the full network below its mean (table 2, appendix A).
    ``within_own``: at most one deviation of the subnetwork itself below (tables 5 and 6).
    ``strict``: the mean is at least the full network's (the definition of a matching subnetwork, section 3).
    """

    within_full: bool | None
    within_own: bool | None
    strict: bool


def matching(subnetwork: Sequence[float], full: Sequence[float]) -> Matching:
    """Compare the scores of a subnetwork with those of the full network on the same task; ties match."""
    ours, theirs = summarize(subnetwork), summarize(full)

    def within(std: float | None) -> bool | None:
        return None if std is None else ours.mean >= theirs.mean - std - ROUNDING

    return Matching(within(theirs.std), within(ours.std), ours.mean >= theirs.mean - ROUNDING)


def flags(scores: Sequence[float], baseline: float | None, undefined: int) -> tuple[str, ...]:
    """What is degenerate; ``baseline`` is the accuracy of the most frequent label, None if there are no labels."""
    conditions = {
        "no run beats the most frequent label": baseline is not None and scores and max(scores) <= baseline + ROUNDING,
        "every run scores 0": len(scores) > 1 and not any(scores),
        f"undefined scores: {undefined}": undefined,
    }
    return tuple(text for text, holds in conditions.items() if holds)
