"""Summaries against numpy, the paper's three rules for a match, and degenerate results."""

import math

import numpy as np
import pytest
from pytest import approx

from lightning_tickets.studies.statistics.summary import (
    Matching,
    Summary,
    flags,
    matching,
    summarize,
)


@pytest.mark.parametrize("count", [2, 3, 5, 10])
def test_the_summary_is_numpys(count):
    scores = np.random.default_rng(count).random(count)
    summary = summarize(scores.tolist())
    expected = (scores.mean(), scores.std(ddof=1), scores.max(), np.median(scores))
    assert summary.n == count
    assert (summary.mean, summary.std, summary.best, summary.median) == approx(expected, abs=1e-12)


def test_a_deviation_needs_two_scores_and_is_0_for_equal_ones():
    assert summarize([0.5]) == Summary(1, 0.5, None, 0.5, 0.5)
    assert summarize([0.549, 0.549, 0.549]).std == 0


@pytest.mark.parametrize("odd", [math.nan, math.inf])
def test_a_score_that_is_not_finite_leaves_no_number(odd):
    summary = summarize((0.5, odd, 0.7))
    assert summary.n == 3 and summary.std is None and math.isnan(summary.mean) and math.isnan(summary.best)
    assert matching((0.5, odd), (0.4, 0.5)).strict is False


def test_no_scores_are_an_error():
    with pytest.raises(ValueError, match="no scores"):
        summarize([])


FULL = [0.80, 0.82, 0.84]  # 0.82 ± 0.02


@pytest.mark.parametrize(
    ("ours", "full", "within_full", "within_own", "strict"),
    [
        pytest.param([0.83, 0.84, 0.85], FULL, True, True, True, id="above"),
        pytest.param([0.82, 0.82, 0.82], FULL, True, True, True, id="equal without deviation"),
        pytest.param([0.809, 0.81, 0.811], FULL, True, False, False, id="full band only"),
        pytest.param([0.70, 0.79, 0.85], FULL, False, True, False, id="own band only"),
        pytest.param([0.79, 0.81, 0.83], FULL, True, True, False, id="both bands"),
        pytest.param([0.59, 0.60, 0.61], FULL, False, False, False, id="far below"),
        pytest.param([0.80, 0.82], [0.82], None, True, False, id="one score of the full network"),
        pytest.param([0.81], FULL, True, None, False, id="one score of the subnetwork"),
        pytest.param([0.82], [0.82], None, None, True, id="one score each"),
    ],
)
def test_the_three_rules(ours, full, within_full, within_own, strict):
    assert matching(ours, full) == Matching(within_full, within_own, strict)


def test_a_tie_of_scores_in_single_precision_is_one():
    """Three runs of 71 examples each: 39 + 40 + 41 right are as many as 3 × 40."""
    ours, full = ([float(np.float32(right / 71)) for right in runs] for runs in ((39, 40, 41), (40, 40, 40)))
    assert np.mean(ours) < np.mean(full) and matching(ours, full) == Matching(True, True, True)


def test_a_band_holds_its_edge():
    """One deviation below is still within; in numbers that floats hold exactly."""
    full = [0.5, 0.75, 1.0]
    assert matching([0.5, 0.5], full).within_full is True
    assert matching([0.25, 0.5, 0.75], full).within_own is True


@pytest.mark.parametrize("shift", [-0.05, -0.01, 0.0, 0.01])
def test_the_rules_by_their_formula(shift):
    rng = np.random.default_rng(9)
    ours, full = 0.8 + shift + 0.01 * rng.normal(size=5), 0.8 + 0.01 * rng.normal(size=5)
    assert matching(ours.tolist(), full.tolist()) == Matching(
        within_full=bool(ours.mean() >= full.mean() - full.std(ddof=1)),
        within_own=bool(ours.mean() >= full.mean() - ours.std(ddof=1)),
        strict=bool(ours.mean() >= full.mean()),
    )


ROUNDED_UP = float(np.float32(146 / 277))  # in single precision, as metrics are (RTE)
BASELINE, COLLAPSE = "no run beats the most frequent label", "every run scores 0"


@pytest.mark.parametrize(
    ("scores", "baseline", "undefined", "expected"),
    [
        ([0.8, 0.9], 0.5, 0, ()),
        ([], 0.5, 0, ()),
        ([0.4, 0.5], 0.5, 0, (BASELINE,)),
        ([0.4, 0.51], 0.5, 0, ()),
        ([0.4, 0.5], None, 0, ()),
        ([0.0, 0.0], None, 0, (COLLAPSE,)),
        ([0.0], None, 0, ()),
        ([0.7, 0.7], None, 0, ()),
        ([0.0, 0.1], None, 0, ()),
        ([0.0, 0.9], None, 1, ("undefined scores: 1",)),
        ([0.0, 0.0], 0.0, 2, (BASELINE, COLLAPSE, "undefined scores: 2")),
        ([ROUNDED_UP], 146 / 277, 0, (BASELINE,)),
        ([float(np.float32(25546 / 40430))], 25545 / 40430, 0, ()),  # one example more (QQP)
    ],
)
def test_flags(scores, baseline, undefined, expected):
    assert flags(scores, baseline, undefined) == expected
    assert ROUNDED_UP > 146 / 277
