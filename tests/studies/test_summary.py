"""Summaries against numpy, and the paper's three rules for a match."""

import math

import numpy as np
import pytest

from lightning_tickets.studies.statistics.summary import Matching, Summary, matching, summarize


@pytest.mark.parametrize("count", [2, 3, 5, 10])
def test_the_summary_is_numpys(count: int) -> None:
    scores = np.random.default_rng(count).random(count)
    summary = summarize(scores.tolist())
    expected = (scores.mean(), scores.std(ddof=1), scores.max(), np.median(scores))
    assert summary.n == count
    assert (summary.mean, summary.std, summary.best, summary.median) == pytest.approx(expected, abs=1e-12)


def test_a_single_score_has_no_deviation() -> None:
    assert summarize([0.5]) == Summary(1, 0.5, None, 0.5, 0.5)


def test_equal_scores_deviate_by_nothing() -> None:
    assert summarize([0.549, 0.549, 0.549]).std == 0


@pytest.mark.parametrize("odd", [math.nan, math.inf])
def test_a_score_that_is_not_finite_leaves_no_number(odd: float) -> None:
    summary = summarize((0.5, odd, 0.7))
    assert summary.n == 3 and summary.std is None and math.isnan(summary.mean) and math.isnan(summary.best)
    assert matching((0.5, odd), (0.4, 0.5)).strict is False


def test_no_scores_are_an_error() -> None:
    with pytest.raises(ValueError, match="no scores"):
        summarize([])


FULL = [0.80, 0.82, 0.84]  # 0.82 ± 0.02


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        ([0.83, 0.84, 0.85], Matching(within_full=True, within_own=True, strict=True)),
        ([0.82, 0.82, 0.82], Matching(within_full=True, within_own=True, strict=True)),
        ([0.809, 0.81, 0.811], Matching(within_full=True, within_own=False, strict=False)),
        ([0.70, 0.79, 0.85], Matching(within_full=False, within_own=True, strict=False)),
        ([0.79, 0.81, 0.83], Matching(within_full=True, within_own=True, strict=False)),
        ([0.59, 0.60, 0.61], Matching(within_full=False, within_own=False, strict=False)),
    ],
    ids=["above", "equal without deviation", "full band only", "own band only", "both bands", "far below"],
)
def test_the_three_readings(ours: list[float], expected: Matching) -> None:
    assert matching(ours, FULL) == expected


def test_a_band_holds_its_edge() -> None:
    """One deviation below is still within; in numbers that floats hold exactly."""
    full = [0.5, 0.75, 1.0]
    assert matching([0.5, 0.5], full).within_full is True
    assert matching([0.25, 0.5, 0.75], full).within_own is True


def test_one_score_of_the_full_network_says_nothing_of_its_band() -> None:
    assert matching([0.80, 0.82], [0.82]) == Matching(within_full=None, within_own=True, strict=False)


def test_one_score_of_the_subnetwork_says_nothing_of_its_own() -> None:
    assert matching([0.81], FULL) == Matching(within_full=True, within_own=None, strict=False)


def test_one_score_each_leaves_the_strict_reading() -> None:
    assert matching([0.82], [0.82]) == Matching(within_full=None, within_own=None, strict=True)


@pytest.mark.parametrize("shift", [-0.05, -0.01, 0.0, 0.01])
def test_the_readings_by_their_formula(shift: float) -> None:
    rng = np.random.default_rng(9)
    ours, full = 0.8 + shift + 0.01 * rng.normal(size=5), 0.8 + 0.01 * rng.normal(size=5)
    rules = matching(ours.tolist(), full.tolist())
    assert rules.within_full is bool(ours.mean() >= full.mean() - full.std(ddof=1))
    assert rules.within_own is bool(ours.mean() >= full.mean() - ours.std(ddof=1))
    assert rules.strict is bool(ours.mean() >= full.mean())
