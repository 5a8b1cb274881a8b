"""What a handful of scores says: their summary, and whether a subnetwork wins by the rules that are in print."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Summary:
    """Of ``n`` scores; ``std`` is the sample deviation (n - 1), None for a single score."""

    n: int
    mean: float
    std: float | None
    best: float
    median: float


def summarize(scores: Sequence[float]) -> Summary:
    """Raises ValueError for no scores at all; a score that is not finite leaves no number but n."""
    if not scores:
        raise ValueError("no scores to summarize")
    if not all(map(math.isfinite, scores)):
        return Summary(len(scores), math.nan, None, math.nan, math.nan)
    std = statistics.stdev(scores) if len(scores) > 1 else None
    return Summary(len(scores), statistics.fmean(scores), std, max(scores), statistics.median(scores))


@dataclass(frozen=True)
class Verdicts:
    """Three readings of "matches the full network"; None where the data cannot tell (a deviation needs two scores).

    ``within_full``: the mean is at most one deviation of the full network below its mean (table 2, appendix A).
    ``within_own``: at most one deviation of the subnetwork itself below (tables 5 and 6).
    ``strict``: the mean is at least the full network's (the definition of a matching subnetwork, section 3).
    """

    within_full: bool | None
    within_own: bool | None
    strict: bool


def judge(subnetwork: Sequence[float], full: Sequence[float]) -> Verdicts:
    """Compare the scores of a subnetwork with those of the full network on the same task."""
    ours, theirs = summarize(subnetwork), summarize(full)

    def within(std: float | None) -> bool | None:
        return None if std is None else ours.mean >= theirs.mean - std

    return Verdicts(within(theirs.std), within(ours.std), ours.mean >= theirs.mean)
