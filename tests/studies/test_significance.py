"""Tests and intervals against scipy's, Holm written out, and what is said where the data carry nothing."""

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from lightning_tickets.studies.statistics.bootstrap import percentile_interval, resample_counts
from lightning_tickets.studies.statistics.significance import Interval, TTest, equivalence, holm, paired, welch
from lightning_tickets.studies.statistics.summary import flags, majority_accuracy

ROOT = Path(__file__).parents[2]
OURS, THEIRS = [0.812, 0.793, 0.824, 0.801], [0.795, 0.788, 0.809]
SCORE = st.integers(0, 1000).map(lambda k: k / 1000)
SCORES = st.lists(SCORE, min_size=2, max_size=8)
LEVEL = st.floats(0.01, 0.99)
few = settings(max_examples=100, deadline=None, derandomize=True, database=None)


def drawn(seed: int, n: int, mean: float, std: float) -> list[float]:
    return (mean + std * np.random.default_rng(seed).normal(size=n)).tolist()


@pytest.mark.parametrize("module", ["scipy", "numpy"])
def test_importing_it_imports_nothing_slow(module: str) -> None:
    code = f"import lightning_tickets.studies.statistics.significance, sys; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


PAIRS = [
    (OURS, THEIRS),
    (drawn(1, 2, 0.8, 0.01), drawn(2, 2, 0.8, 0.03)),
    (drawn(3, 5, 0.9, 0.001), drawn(4, 10, 0.8, 0.05)),
]


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_welch_is_scipys(ours: list[float], theirs: list[float], level: float) -> None:
    result, expected = welch(ours, theirs, level), stats.ttest_ind(ours, theirs, equal_var=False)
    assert result is not None
    assert result.difference == pytest.approx(np.mean(ours) - np.mean(theirs), abs=1e-12)
    assert (result.df, result.p) == pytest.approx((expected.df, expected.pvalue), rel=1e-9)
    interval = expected.confidence_interval(level)
    assert (result.interval.low, result.interval.high) == pytest.approx((interval.low, interval.high), abs=1e-12)
    assert result.interval.level == level


def test_welch_against_a_side_without_deviation_is_the_test_of_one_sample() -> None:
    result, expected = welch(OURS, [0.8, 0.8]), stats.ttest_1samp(OURS, 0.8)
    assert result is not None
    assert (result.df, result.p) == pytest.approx((len(OURS) - 1, expected.pvalue), rel=1e-9)


@pytest.mark.parametrize("level", [0.5, 0.95])
@pytest.mark.parametrize("n", [2, 3, 10])
def test_paired_is_scipys(n: int, level: float) -> None:
    ours, theirs = drawn(n, n, 0.80, 0.02), drawn(n + 1, n, 0.81, 0.02)
    result, expected = paired(dict(enumerate(ours)), dict(enumerate(theirs)), level), stats.ttest_rel(ours, theirs)
    assert result is not None
    assert (result.df, result.p) == pytest.approx((expected.df, expected.pvalue), rel=1e-9)
    interval = expected.confidence_interval(level)
    assert (result.interval.low, result.interval.high) == pytest.approx((interval.low, interval.high), abs=1e-12)


def test_pairs_go_by_seed_and_not_by_order() -> None:
    ours, theirs = {3: 0.83, 1: 0.81, 2: 0.80, 9: 0.10}, {1: 0.80, 2: 0.81, 7: 0.99, 3: 0.80}
    result, expected = paired(ours, theirs), stats.ttest_rel([0.81, 0.80, 0.83], [0.80, 0.81, 0.80])
    assert result is not None
    assert (result.difference, result.df) == (pytest.approx(0.01), 2)
    assert result.p == pytest.approx(expected.pvalue, rel=1e-9)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [([0.8], THEIRS), (OURS, [0.8]), ([], THEIRS), ([0.8, math.nan], THEIRS), (OURS, [0.8, math.inf])],
)
def test_what_cannot_be_told_of_two_sides(ours: list[float], theirs: list[float]) -> None:
    assert welch(ours, theirs) is None
    assert equivalence(ours, theirs, 0.01) is None


@pytest.mark.parametrize(
    "theirs", [{}, {3: 0.8, 4: 0.9}, {1: 0.8, 3: 0.9}, {1: 0.8, 2: math.nan}], ids=["none", "disjoint", "one", "nan"]
)
def test_what_cannot_be_told_of_pairs(theirs: dict[int, float]) -> None:
    assert paired({1: 0.8, 2: 0.7}, theirs) is None


def point(difference: float, df: float | None, p: float) -> TTest:
    return TTest(difference, df, p, Interval(difference, difference, 0.95))


def test_two_sides_without_deviation_are_equal_or_not() -> None:
    assert welch([0.75, 0.75], [0.5, 0.5, 0.5]) == point(0.25, None, 0.0)
    assert welch([0.5, 0.5], [0.75, 0.75]) == point(-0.25, None, 0.0)
    assert paired({1: 0.75, 2: 0.5}, {1: 0.5, 2: 0.25}) == point(0.25, 1, 0.0)


@pytest.mark.parametrize("score", [0.1, 0.549, 1 / 3, 0.0])
def test_equal_scores_are_equal_whatever_their_number(score: float) -> None:
    """The mean of three times 0.1 in floats is not 0.1."""
    assert welch([score] * 3, [score] * 2) == point(0.0, None, 1.0)
    assert paired(dict.fromkeys(range(3), score), dict.fromkeys(range(3), score)) == point(0.0, 2, 1.0)


@pytest.mark.parametrize("level", [0.0, 1.0, -0.5, 95])
def test_a_level_is_a_fraction(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        welch(OURS, THEIRS, level)
    with pytest.raises(ValueError, match="level"):
        paired({1: 0.8, 2: 0.7}, {1: 0.7, 2: 0.8}, level)


@few
@given(SCORES, SCORES, LEVEL)
def test_swapping_the_sides_negates_the_difference(ours: list[float], theirs: list[float], level: float) -> None:
    for one, other in (
        (welch(ours, theirs, level), welch(theirs, ours, level)),
        (
            paired(dict(enumerate(ours)), dict(enumerate(theirs)), level),
            paired(dict(enumerate(theirs)), dict(enumerate(ours)), level),
        ),
    ):
        assert one is not None and other is not None
        assert one.difference == -other.difference
        assert (one.df or 0, one.p) == pytest.approx((other.df or 0, other.p), rel=1e-9)
        assert (one.interval.low, one.interval.high) == pytest.approx((-other.interval.high, -other.interval.low))


@few
@given(SCORES, SCORES, LEVEL, LEVEL)
def test_a_higher_level_is_a_wider_interval(ours: list[float], theirs: list[float], a: float, b: float) -> None:
    assume(abs(a - b) > 1e-6 and len({*ours}) + len({*theirs}) > 2)
    narrow, wide = welch(ours, theirs, min(a, b)), welch(ours, theirs, max(a, b))
    assert narrow is not None and wide is not None and narrow.p == wide.p
    assert wide.interval.low < narrow.interval.low < narrow.interval.high < wide.interval.high


@few
@given(SCORES, SCORES)
def test_a_difference_is_significant_where_the_interval_leaves_out_zero(ours: list[float], theirs: list[float]) -> None:
    result = welch(ours, theirs, 0.95)
    assert result is not None
    assume(abs(result.p - 0.05) > 1e-9)
    assert (result.p < 0.05) is not (result.interval.low <= 0 <= result.interval.high)


@pytest.mark.parametrize("margin", [0.005, 0.01, 0.05])
@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_equivalence_is_two_of_scipys_one_sided_tests(ours: list[float], theirs: list[float], margin: float) -> None:
    def one_sided(shift: float, alternative: str) -> float:
        shifted = [score + shift for score in ours]
        return float(stats.ttest_ind(shifted, theirs, equal_var=False, alternative=alternative).pvalue)

    result = equivalence(ours, theirs, margin)
    worse, better = one_sided(margin, "greater"), one_sided(-margin, "less")
    assert result is not None
    assert (result.non_inferior, result.p) == pytest.approx((worse, max(worse, better)), rel=1e-9)
    assert result.holds is (max(worse, better) <= 0.05)


@few
@given(
    st.lists(st.integers(790, 810).map(lambda k: k / 1000), min_size=2, max_size=8),
    st.lists(st.integers(790, 810).map(lambda k: k / 1000), min_size=2, max_size=8),
    st.floats(0.001, 0.05),
    st.sampled_from([0.05, 0.01, 0.2]),
)
def test_equivalent_is_when_the_interval_lies_within_the_margin(
    ours: list[float], theirs: list[float], margin: float, alpha: float
) -> None:
    result, compared = equivalence(ours, theirs, margin, alpha), welch(ours, theirs, 1 - 2 * alpha)
    assert result is not None and compared is not None
    assert result.interval == compared.interval
    low, high = compared.interval.low, compared.interval.high
    assume(min(abs(low + margin), abs(high - margin)) > 1e-9)
    assert result.holds is (result.p <= alpha) is (-margin < low and high < margin)
    assert (result.non_inferior <= alpha) is (-margin < low)


def test_both_verdicts_of_equivalence_come_up() -> None:
    near, far = equivalence(OURS, THEIRS, 0.05), equivalence(OURS, THEIRS, 0.01)
    assert near is not None and far is not None
    assert near.holds and not far.holds


def test_much_better_is_not_inferior_yet_not_equivalent() -> None:
    result = equivalence([0.90, 0.91, 0.92], [0.80, 0.81, 0.82], 0.01)
    assert result is not None
    assert result.non_inferior < 0.01 and result.p > 0.99 and not result.holds


@pytest.mark.parametrize(
    ("ours", "p", "non_inferior"), [(0.5, 0.0, 0.0), (0.75, 1.0, 0.0), (0.25, 1.0, 1.0), (0.375, 1.0, 1.0)]
)
def test_equivalence_without_deviation(ours: float, p: float, non_inferior: float) -> None:
    """A difference of exactly the margin is not within it."""
    result = equivalence([ours] * 2, [0.5] * 3, 0.125)
    assert result is not None
    assert (result.p, result.non_inferior, result.holds) == (p, non_inferior, p == 0)
    assert result.interval == Interval(ours - 0.5, ours - 0.5, 0.9)


@pytest.mark.parametrize(
    ("margin", "alpha"), [(0.0, 0.05), (-0.01, 0.05), (math.nan, 0.05), (0.01, 0.0), (0.01, 0.5), (0.01, 5)]
)
def test_a_margin_is_above_zero_and_alpha_below_a_half(margin: float, alpha: float) -> None:
    with pytest.raises(ValueError, match="margin"):
        equivalence(OURS, THEIRS, margin, alpha)


def written_out(p_values: list[float]) -> list[float]:
    """max over the j with p_j ≤ p_i of (how many are not below p_j) · p_j, capped at 1."""
    return [
        max(min(1.0, sum(other >= p for other in p_values) * p) for p in p_values if p <= mine) for mine in p_values
    ]


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([0.4, 0.9]) == pytest.approx((0.8, 0.9))
    assert holm([0.6, 0.7]) == (1.0, 1.0)
    assert holm([0.03]) == (0.03,)
    assert holm([]) == ()


@few
@given(st.lists(st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.01, 0.02, 1.0])), min_size=1, max_size=12))
def test_holm_is_what_is_written_out(p_values: list[float]) -> None:
    result = holm(p_values)
    assert result == pytest.approx(written_out(p_values), rel=1e-12, abs=0)
    assert all(p <= adjusted <= 1 for p, adjusted in zip(p_values, result, strict=True))
    ordered = [adjusted for _, adjusted in sorted(zip(p_values, result, strict=True))]
    assert ordered == sorted(ordered)


@pytest.mark.parametrize("wrong", [-0.01, 1.01, math.nan])
def test_holm_takes_p_values_only(wrong: float) -> None:
    with pytest.raises(ValueError, match="not p values"):
        holm([0.5, wrong])


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_bootstrap_of_a_mean_is_scipys(level: float) -> None:
    column = drawn(5, 60, 0.6, 0.2)
    result = percentile_interval(resample_counts(60, 999, seed=7) @ np.array(column) / 60, level)
    expected = stats.bootstrap(
        (column,),
        np.mean,
        n_resamples=999,
        confidence_level=level,
        method="percentile",
        rng=np.random.default_rng(7),
    ).confidence_interval
    assert result is not None and result.level == level
    assert (result.low, result.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_the_bootstrap_of_an_accuracy_is_as_wide_as_the_binomial_says() -> None:
    right = np.array([1] * 320 + [0] * 80)
    result = percentile_interval(resample_counts(400, 4000, seed=1) @ right / 400)
    low, high = stats.binom.ppf([0.025, 0.975], 400, 0.8) / 400
    assert result is not None
    assert (result.low, result.high) == pytest.approx((low, high), abs=0.004)


def test_resamples_are_their_seeds_and_as_large_as_the_whole() -> None:
    before = np.random.get_state()[1].tolist()
    once, again, other = (resample_counts(20, 40, seed) for seed in (1, 1, 2))
    assert (once == again).all() and (once != other).any()
    assert once.shape == (40, 20) and (once.sum(axis=1) == 20).all()
    assert np.random.get_state()[1].tolist() == before


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_statistic_without_a_value_on_a_resample_tells_nothing(value: float) -> None:
    assert percentile_interval(np.array([0.1, value, 0.3])) is None


@pytest.mark.parametrize(("examples", "number"), [(0, 9), (3, 0)])
def test_what_cannot_be_resampled(examples: int, number: int) -> None:
    with pytest.raises(ValueError, match="resamples"):
        resample_counts(examples, number, seed=0)


def test_a_bootstraps_level_is_a_fraction() -> None:
    with pytest.raises(ValueError, match="level"):
        percentile_interval(np.array([0.1, 0.2]), level=1.0)


@pytest.mark.parametrize(
    ("labels", "expected"), [([1], 1.0), ([0, 1, 1, 2], 0.5), ([2, 0, 1], 1 / 3), ([0, 0, 1, 1], 0.5)]
)
def test_majority(labels: list[int], expected: float) -> None:
    assert majority_accuracy(labels) == expected


def test_majority_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError):
        majority_accuracy([])


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
    ],
)
def test_flags(scores: list[float], baseline: float | None, undefined: int, expected: tuple[str, ...]) -> None:
    assert flags(scores, baseline, undefined) == expected


def test_a_score_in_single_precision_does_not_beat_its_own_value() -> None:
    """146 of 277 (RTE) rounds up; one example more is a beat, on 40430 examples (QQP) too."""
    score = float(np.float32(146 / 277))
    assert score > 146 / 277 and flags([score], 146 / 277, 0) == (BASELINE,)
    assert flags([float(np.float32(25546 / 40430))], 25545 / 40430, 0) == ()
