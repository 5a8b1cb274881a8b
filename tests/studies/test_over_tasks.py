"""All tasks together: statistics against their definitions, intervals in simulations, the table of a study."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.stats import mannwhitneyu, norm
from sklearn.dummy import DummyClassifier
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

from lightning_tickets.studies.measurement import Exhibit, Matrix, Measurement
from lightning_tickets.studies.over_tasks import over_tasks, with_over_tasks
from lightning_tickets.studies.statistics.stratified import (
    Runs,
    estimate,
    gap_closed,
    improvement,
    shares_above,
    summaries,
)
from lightning_tickets.studies.statistics.weighted_metrics import constant_score
from tests.studies.test_aggregate import SPREADS, TASKS, rate

SKLEARN = {
    "accuracy": accuracy_score,
    "matched_accuracy": accuracy_score,
    "f1": f1_score,
    "matthews": matthews_corrcoef,
}


@pytest.mark.parametrize("metric", SKLEARN)
@pytest.mark.parametrize("label", [[0, 1, 1, 1], [0, 0, 1, 0], [0, 1, 1, 0, 1]])
def test_a_constant_scores_what_the_most_frequent_label_does(metric, label):
    nothing = np.zeros((len(label), 1))
    constant = DummyClassifier(strategy="most_frequent").fit(nothing, label).predict(nothing)
    found = constant_score(metric, {"guess": [0] * len(label), "label": label})
    assert found == pytest.approx(SKLEARN[metric](label, constant))


@pytest.mark.parametrize(
    ("metric", "columns", "expected"),
    [
        ("accuracy", {"guess": [0, 1, 1], "label": [2, 0, 1]}, 1 / 3),
        ("pearson", {"guess": [0.1, 0.2], "target": [1.0, 2.0]}, 0),
        ("f1", {"f1": [1.0, 0.5], "exact_match": [1.0, 0.0]}, 0),
        ("accuracy", {"right": [1, 2], "asked": [2, 2]}, 0),
        ("mismatched_accuracy", {"guess": [1], "label": [1]}, None),
        ("accuracy", {}, None),
    ],
)
def test_a_metric_without_labels_has_a_constant_of_0(metric, columns, expected):
    assert constant_score(metric, columns) == expected


def made_up(seed, sizes, name="row"):
    generator = np.random.default_rng(seed)
    return Runs(name, {f"task{i}": generator.random(size).round(1).tolist() for i, size in enumerate(sizes)})


@pytest.mark.parametrize("sizes", [(3, 3, 3, 3), (2, 5, 3), (1, 4)])
def test_the_statistics_are_their_definitions(sizes):
    ours, full, constant = made_up(1, sizes), made_up(2, sizes, "full"), {f"task{i}": -0.3 for i in range(4)}
    gaps = sorted(
        (score + 0.3) / (sum(full.scores[task]) / len(full.scores[task]) + 0.3)
        for task, scores in ours.scores.items()
        for score in scores
    )
    cut = len(gaps) // 4
    middle = gaps[cut : len(gaps) - cut]
    expected = sum(middle) / len(middle), sum(max(0, 1 - gap) for gap in gaps) / len(gaps)
    found = estimate(lambda a, b: summaries(gap_closed(a, b, constant)), ours, full)
    assert found.values == pytest.approx(expected) and (found.intervals[0] is None) == (1 in sizes)
    above = estimate(lambda a, b: shares_above(gap_closed(a, b, constant), [0.5, 1.0]), ours, full)
    assert above.values == pytest.approx([sum(gap > bound for gap in gaps) / len(gaps) for bound in (0.5, 1.0)])


@pytest.mark.parametrize("sizes", [((3,) * 4, (3,) * 4), ((2, 5, 1), (3, 2, 4))])
def test_the_probability_of_improvement_is_of_all_pairs_within_a_task(sizes):
    one, other = (made_up(at, own, f"row{at}") for at, own in enumerate(sizes))
    pairs = [[(a > b) + (a == b) / 2 for a, b in product(one.scores[task], other.scores[task])] for task in one.scores]
    brute = sum(sum(task) / len(task) for task in pairs) / len(pairs)
    u = [
        mannwhitneyu(one.scores[t], other.scores[t]).statistic / len(p) for t, p in zip(one.scores, pairs, strict=True)
    ]
    assert estimate(improvement, one, other).values == pytest.approx([brute]) == [np.mean(u)]


def coverage(seeds, draws=250):
    """How often the intervals hold the true interquartile mean, optimality gap, profile and probability."""
    generator, full = np.random.default_rng(11), np.linspace(0.7, 0.93, TASKS)
    constant, row = np.linspace(0.2, 0.55, TASKS), full - np.linspace(-0.05, 0.15, TASKS)
    by_task = {f"task{i}": score for i, score in enumerate(constant)}

    def drawn(means, number, name):
        scores = generator.normal(means[:, None], SPREADS[:, None], (TASKS, number))
        return Runs(name, {task: one.tolist() for task, one in zip(by_task, scores, strict=True)})

    def statistic(ours, theirs):
        gaps = gap_closed(ours, theirs, by_task)
        return np.concatenate([summaries(gaps), shares_above(gaps, [0.9]), improvement(ours, theirs)], axis=1)

    gaps = gap_closed(drawn(row, 40_000, "row").observed(), {t: full[[[i]]] for i, t in enumerate(by_task)}, by_task)
    better = norm.cdf((row - full) / (SPREADS * 2**0.5)).mean()
    truth = [*summaries(gaps)[0], *shares_above(gaps, [0.9])[0], better]
    found = [estimate(statistic, drawn(row, seeds, "row"), drawn(full, seeds, "full")).intervals for _ in range(draws)]
    return [rate(one[at].low <= true <= one[at].high for one in found) for at, true in enumerate(truth)]


@pytest.mark.parametrize("seeds", [3, 5])
def test_intervals_hold_the_truth_as_often_as_they_say(seeds):
    mean, gap, profile, better = coverage(seeds)
    assert all(0.9 < share < 0.985 for share in (mean, gap, better)) and profile > 0.9


TASK_SCORES = {"easy": 0.9, "hard": 0.7, "majority": 0.51, "gone": 0.8}  # of the full network
LABELS = {"guess": [0, 1], "label": [0, 1]}


def scored(row, task, mean, sparsity=0.0, n=3):
    scores = tuple(mean + 0.01 * (seed - 1) for seed in range(n))
    runs = tuple(f"{row}-{task}-{seed}" for seed in range(n))
    missing = () if n else ("run it",)
    return Measurement(row, task, "accuracy", sparsity, scores, runs, missing, seeds=tuple(range(n)))


def study(*more, rows=("full", "imp", "random_mask"), compared=("full", "random_mask")):
    full = [scored("full", task, mean) for task, mean in TASK_SCORES.items()]
    return Exhibit(
        "table2", "Table 2", "Shows.", "table", rows, tuple(TASK_SCORES), (*full, *more), over_tasks=compared
    )


def columns_of(run):
    return None if "gone" in run else LABELS


def lines(exhibit):
    _, table, _ = with_over_tasks(exhibit, columns_of)
    return {line[0]: line[1:] for line in table.lines}


def test_a_table_and_a_figure_follow_what_asks_for_them():
    asked = study(scored("imp", "easy", 0.9, 0.5), scored("random_mask", "easy", 0.5, 0.5, n=0))
    whole, table, figure = with_over_tasks(replace(asked, question="Why?", overrides=("seed=1",)), columns_of)
    assert whole.name == "table2" and (table.name, figure.name) == ("table2_over_tasks", "table2_profiles")
    assert all(
        (one.question, one.overrides, one.missing) == ("Why?", ("seed=1",), ("run it",)) for one in (table, figure)
    )
    assert [(one.row, one.part) for one in figure.profiles] == [("full", ""), ("imp", "1 of 2 tasks")]
    matrix = Matrix("m", "M", "Shows.", rows=(), columns=(), values=())
    assert [[*with_over_tasks(one, columns_of)] for one in (replace(asked, over_tasks=()), matrix)] == [
        [replace(asked, over_tasks=())],
        [matrix],
    ]


def test_tasks_without_a_gap_are_left_out_and_named():
    nothing = replace(study(), measurements=())
    left_out = [note for one in (study(), nothing) for note in over_tasks(one, columns_of).notes[2:]]
    assert left_out == [
        "Left out: majority, where full is at most one deviation better than a constant prediction.",
        "Left out: gone, where the examples that the metric is computed from are not stored.",
        "Left out: easy, hard, majority, gone, where full has no scores.",
    ]
    assert lines(nothing)["imp"] == ("0", "0", "—", "—", "—", "—")


def test_what_each_row_closes_of_the_gap():
    found = lines(study(*(scored("imp", task, mean - 0.1, 0.5) for task, mean in TASK_SCORES.items())))
    assert found["full"][:2] == found["imp"][:2] == ("2", "6") and found["full"][2].startswith("100.0 (")
    gaps = sorted((mean - 0.1 + 0.01 * (seed - 1) - 0.5) / (mean - 0.5) for mean in (0.9, 0.7) for seed in range(3))
    assert found["imp"][2].startswith(f"{100 * sum(gaps[1:5]) / 4:.1f} (")
    assert found["imp"][4:] == ("0.0 (0.0 to 0.0)", "—") and found["full"][4] == "—", "a row is not its own rival"


def test_a_row_with_several_sparsities_has_a_line_for_each():
    sweep = [scored(row, "easy", 0.9 - level, level) for row in ("imp", "random_mask") for level in (0.1, 0.3)]
    found = lines(study(*sweep))
    assert [*found] == ["full", "imp, 10 %", "imp, 30 %", "random_mask, 10 %", "random_mask, 30 %"]
    assert found["imp, 30 %"][5].startswith("50.0 ("), "compared with the row at the same sparsity"
    assert found["full"][5] == "—", "it has several"


def test_single_runs_have_no_interval():
    single = replace(study(), measurements=tuple(scored(row, "easy", 0.9, n=1) for row in ("full", "imp")))
    assert lines(single)["imp"] == ("1", "1", "100.0", "0.0", "50.0", "—")
