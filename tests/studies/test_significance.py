"""Tests and intervals against scipy's, Holm written out, and data that do not allow a test."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pytest import approx
from scipy import stats

from lightning_tickets.studies.statistics.bootstrap import percentile_interval, resample_counts
from lightning_tickets.studies.statistics.significance import Interval, TTest, equivalence, holm, paired, welch

OURS, THEIRS = [0.812, 0.793, 0.824, 0.801], [0.795, 0.788, 0.809]
SCORES = st.lists(st.integers(0, 1000).map(lambda k: k / 1000), min_size=2, max_size=8)
CLOSE_SCORES = st.lists(st.integers(790, 810).map(lambda k: k / 1000), min_size=2, max_size=8)
LEVEL = st.floats(0.01, 0.99)
few = settings(max_examples=100, deadline=None, derandomize=True, database=None)


def sample(seed, n, mean, std):
    return (mean + std * np.random.default_rng(seed).normal(size=n)).tolist()


def paired_by_order(ours, theirs, level=0.95):
    return paired(dict(enumerate(ours)), dict(enumerate(theirs)), level)


def check_test(result, expected, level=None):
    """The same degrees of freedom and p as scipy's, and the same interval at a level."""
    assert (result.df, result.p) == approx((expected.df, expected.pvalue), rel=1e-9)
    if level is not None:
        assert result.interval.level == level
        check_interval(result.interval, expected.confidence_interval(level))


def check_interval(interval, expected, abs=1e-12):
    assert (interval.low, interval.high) == approx((expected[0], expected[1]), abs=abs)


PAIRS = [
    (OURS, THEIRS),
    (sample(1, 2, 0.8, 0.01), sample(2, 2, 0.8, 0.03)),
    (sample(3, 5, 0.9, 0.001), sample(4, 10, 0.8, 0.05)),
]


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_welch_is_scipys(ours, theirs, level):
    result = welch(ours, theirs, level)
    check_test(result, stats.ttest_ind(ours, theirs, equal_var=False), level)
    assert result.difference == approx(np.mean(ours) - np.mean(theirs), abs=1e-12)


def test_welch_against_a_side_without_deviation_is_the_test_of_one_sample():
    check_test(welch(OURS, [0.8, 0.8]), stats.ttest_1samp(OURS, 0.8))


@pytest.mark.parametrize("level", [0.5, 0.95])
@pytest.mark.parametrize("n", [2, 3, 10])
def test_paired_is_scipys(n, level):
    ours, theirs = sample(n, n, 0.80, 0.02), sample(n + 1, n, 0.81, 0.02)
    check_test(paired_by_order(ours, theirs, level), stats.ttest_rel(ours, theirs), level)


def test_pairs_go_by_seed_and_not_by_order():
    result = paired({3: 0.83, 1: 0.81, 2: 0.80, 9: 0.10}, {1: 0.80, 2: 0.81, 7: 0.99, 3: 0.80})
    check_test(result, stats.ttest_rel([0.81, 0.80, 0.83], [0.80, 0.81, 0.80]))
    assert (result.difference, result.df) == (approx(0.01), 2)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [([0.8], THEIRS), (OURS, [0.8]), ([], THEIRS), ([0.8, math.nan], THEIRS), (OURS, [0.8, math.inf])],
)
def test_scores_that_allow_no_test(ours, theirs):
    assert welch(ours, theirs) is None
    assert equivalence(ours, theirs, 0.01) is None


@pytest.mark.parametrize("theirs", [{}, {3: 0.8, 4: 0.9}, {1: 0.8, 3: 0.9}, {1: 0.8, 2: math.nan}])
def test_pairs_that_allow_no_test(theirs):
    assert paired({1: 0.8, 2: 0.7}, theirs) is None


def point(difference, df, p):
    return TTest(difference, df, p, Interval(difference, difference, 0.95))


def test_two_sides_without_deviation_are_equal_or_not():
    assert welch([0.75, 0.75], [0.5, 0.5, 0.5]) == point(0.25, None, 0.0)
    assert welch([0.5, 0.5], [0.75, 0.75]) == point(-0.25, None, 0.0)
    assert paired({1: 0.75, 2: 0.5}, {1: 0.5, 2: 0.25}) == point(0.25, 1, 0.0)


@pytest.mark.parametrize("score", [0.1, 0.549, 1 / 3, 0.0])
def test_equal_scores_are_equal_whatever_their_number(score):
    """The mean of three times 0.1 in floats is not 0.1."""
    assert welch([score] * 3, [score] * 2) == point(0.0, None, 1.0)
    assert paired_by_order([score] * 3, [score] * 3) == point(0.0, 2, 1.0)


@few
@given(SCORES, SCORES, LEVEL)
def test_swapping_the_sides_negates_the_difference(ours, theirs, level):
    for test in (welch, paired_by_order):
        one, other = test(ours, theirs, level), test(theirs, ours, level)
        assert one.difference == -other.difference
        assert (one.df or 0, one.p) == approx((other.df or 0, other.p), rel=1e-9)
        assert (one.interval.low, one.interval.high) == approx((-other.interval.high, -other.interval.low))


@few
@given(SCORES, SCORES, LEVEL, LEVEL)
def test_a_higher_level_is_a_wider_interval(ours, theirs, a, b):
    assume(abs(a - b) > 1e-6 and len({*ours}) + len({*theirs}) > 2)
    narrow, wide = welch(ours, theirs, min(a, b)), welch(ours, theirs, max(a, b))
    assert narrow.p == wide.p
    assert wide.interval.low < narrow.interval.low < narrow.interval.high < wide.interval.high


@few
@given(SCORES, SCORES)
def test_a_difference_is_significant_where_the_interval_leaves_out_zero(ours, theirs):
    result = welch(ours, theirs, 0.95)
    assume(abs(result.p - 0.05) > 1e-9)
    assert (result.p < 0.05) is not (result.interval.low <= 0 <= result.interval.high)


@pytest.mark.parametrize("margin", [0.005, 0.01, 0.05])
@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_equivalence_is_two_of_scipys_one_sided_tests(ours, theirs, margin):
    def one_sided(shift, alternative):
        shifted = [score + shift for score in ours]
        return float(stats.ttest_ind(shifted, theirs, equal_var=False, alternative=alternative).pvalue)

    result = equivalence(ours, theirs, margin)
    worse, better = one_sided(margin, "greater"), one_sided(-margin, "less")
    assert result == approx(max(worse, better), rel=1e-9)


@few
@given(CLOSE_SCORES, CLOSE_SCORES, st.floats(0.001, 0.05), st.sampled_from([0.05, 0.01, 0.2]))
def test_equivalent_is_when_the_interval_lies_within_the_margin(ours, theirs, margin, alpha):
    p, compared = equivalence(ours, theirs, margin), welch(ours, theirs, 1 - 2 * alpha)
    low, high = compared.interval.low, compared.interval.high
    assume(min(abs(low + margin), abs(high - margin)) > 1e-9)
    assert (p <= alpha) is (-margin < low and high < margin)


def test_a_wider_margin_has_a_smaller_p():
    assert equivalence(OURS, THEIRS, 0.05) < 0.05 < equivalence(OURS, THEIRS, 0.01)


def test_much_better_is_not_equivalent():
    assert equivalence([0.90, 0.91, 0.92], [0.80, 0.81, 0.82], 0.01) > 0.99


@pytest.mark.parametrize(("ours", "p"), [(0.5, 0.0), (0.75, 1.0), (0.25, 1.0), (0.375, 1.0)])
def test_equivalence_without_deviation(ours, p):
    """A difference of exactly the margin is not within it."""
    assert equivalence([ours] * 2, [0.5] * 3, 0.125) == p


def test_a_difference_of_rounding_is_none():
    one, other = (float(np.float32(0.632)), 0.632)
    assert one != other and welch([one] * 3, [other] * 3).p == 1.0
    assert welch([one + 1e-5] * 3, [other] * 3).p == 0.0


WRONG_ARGUMENTS = [
    *[("level", welch, (OURS, THEIRS, level)) for level in (0.0, 1.0, -0.5, 95)],
    *[("level", paired_by_order, ([0.8, 0.7], [0.7, 0.8], level)) for level in (0.0, 1.0, -0.5, 95)],
    ("level", percentile_interval, (np.array([0.1, 0.2]), 1.0)),
    *[("margin", equivalence, (OURS, THEIRS, margin)) for margin in (0.0, -0.01, math.nan)],
    *[("not p values", holm, ([0.5, wrong],)) for wrong in (-0.01, 1.01, math.nan)],
    ("resamples", resample_counts, (0, 9, 0)),
    ("resamples", resample_counts, (3, 0, 0)),
]


@pytest.mark.parametrize(("message", "function", "arguments"), WRONG_ARGUMENTS)
def test_a_wrong_argument_is_refused(message, function, arguments):
    with pytest.raises(ValueError, match=message):
        function(*arguments)


def written_out(p_values):
    """max over the j with p_j ≤ p_i of (how many are not below p_j) · p_j, capped at 1."""
    return [
        max(min(1.0, sum(other >= p for other in p_values) * p) for p in p_values if p <= mine) for mine in p_values
    ]


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == approx((0.03, 0.06, 0.06, 0.02))
    assert holm([0.4, 0.9]) == approx((0.8, 0.9))
    assert holm([0.6, 0.7]) == (1.0, 1.0)
    assert holm([0.03]) == (0.03,)
    assert holm([]) == ()


@few
@given(st.lists(st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.01, 0.02, 1.0])), min_size=1, max_size=12))
def test_holm_is_what_is_written_out(p_values):
    result = holm(p_values)
    assert result == approx(written_out(p_values), rel=1e-12, abs=0)
    assert all(p <= adjusted <= 1 for p, adjusted in zip(p_values, result, strict=True))
    ordered = [adjusted for _, adjusted in sorted(zip(p_values, result, strict=True))]
    assert ordered == sorted(ordered)


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_bootstrap_of_a_mean_is_scipys(level):
    column, rng = sample(5, 60, 0.6, 0.2), np.random.default_rng(7)
    result = percentile_interval(resample_counts(60, 999, seed=7) @ np.array(column) / 60, level)
    method = {"n_resamples": 999, "confidence_level": level, "method": "percentile", "rng": rng}
    check_interval(result, stats.bootstrap((column,), np.mean, **method).confidence_interval)
    assert result.level == level


def test_the_bootstrap_of_an_accuracy_is_as_wide_as_the_binomial_says():
    right = np.array([1] * 320 + [0] * 80)
    result = percentile_interval(resample_counts(400, 4000, seed=1) @ right / 400)
    check_interval(result, stats.binom.ppf([0.025, 0.975], 400, 0.8) / 400, abs=0.004)


def test_resamples_are_their_seeds_and_as_large_as_the_whole():
    before = np.random.get_state()[1].tolist()
    once, again, other = (resample_counts(20, 40, seed) for seed in (1, 1, 2))
    assert (once == again).all() and (once != other).any()
    assert once.shape == (40, 20) and (once.sum(axis=1) == 20).all()
    assert np.random.get_state()[1].tolist() == before


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_statistic_without_a_value_on_a_resample_has_no_interval(value):
    assert percentile_interval(np.array([0.1, value, 0.3])) is None
