"""Statistics over tasks: against oracles, and their error rates and power in simulated experiments."""

import math
import statistics
from itertools import product

import numpy as np
import pytest
from scipy import stats

from lightning_tickets.studies.claim_rules import each_task_above, standard_pruning_is_mixed
from lightning_tickets.studies.comparison import ALPHA
from lightning_tickets.studies.finding import all_of, mean_finding
from lightning_tickets.studies.measurement import Exhibit, Measurement
from lightning_tickets.studies.statistics.aggregate import (
    mean_over_tasks,
    proportion_of_pairs,
    random_effects,
    sign_flip,
)

TASKS, SEEDS, DRAWS = 11, 3, 1200
SPREADS = (
    np.array([0.4, 6, 1, 3, 0.2, 2, 5, 1, 0.7, 4, 0.3]) / 100
)  # of the runs of a task, as far apart as at the pocket scale


def experiments(means, seeds=SEEDS, draws=DRAWS):
    """Made-up differences, ``draws`` times: by task, a row of seeds each."""
    generator = np.random.default_rng(5)
    means = np.broadcast_to(means, (TASKS,))
    for _ in range(draws):
        drawn = generator.normal(means[:, None], SPREADS[:, None], (TASKS, seeds))
        yield {f"task{i}": list(map(float, row)) for i, row in enumerate(drawn)}


def rate(decided):
    decided = list(decided)
    return sum(decided) / len(decided)


@pytest.mark.parametrize("seeds", [3, 5])
def test_a_mean_at_the_bound_is_found_above_it_as_often_as_alpha_says(seeds):
    found = [mean_over_tasks(list(one.values())) for one in experiments(-0.01, seeds)]
    assert 0.035 < rate(one.p(one.difference + 0.01) < ALPHA for one in found) < 0.065
    assert 0.035 < rate(one.p(-one.difference - 0.01) < ALPHA for one in found) < 0.065


def test_its_power():
    found = [mean_over_tasks(list(one.values())) for one in experiments(0.01)]
    assert rate(one.p(one.difference + 0.01) < ALPHA for one in found) > 0.9


def test_a_stratified_bootstrap_of_three_runs_is_too_sure():
    """Why the bootstrap does not decide: its one-sided error rate at 5 %."""
    generator, wrong = np.random.default_rng(7), []
    for one in experiments(0.0, draws=400):
        values = np.array(list(one.values()))
        drawn = generator.integers(0, SEEDS, (400, *values.shape))
        means = np.take_along_axis(values[None], drawn, axis=2).mean(axis=(1, 2))
        wrong.append(np.quantile(means, 0.05) > 0)
    assert rate(wrong) > 0.075


@pytest.mark.parametrize("count", [2, 3, 8])
def test_one_task_is_the_t_test(count):
    values = [0.02 * i**2 - 0.03 for i in range(count)]
    found = mean_over_tasks([values])
    assert found.p(found.difference) == pytest.approx(stats.ttest_1samp(values, 0, alternative="greater").pvalue)


def test_two_tasks_are_welchs():
    one, other = [0.1, 0.2, 0.4], [0.3, 0.1, 0.2, 0.25]
    found = mean_over_tasks([one, [-x for x in other]])
    assert 2 * found.p(abs(found.difference)) == pytest.approx(stats.ttest_ind(one, other, equal_var=False).pvalue)


@pytest.mark.parametrize("differences", [[], [[0.1]], [[0.1, 0.2], [0.3]]])
def test_a_task_needs_two_runs(differences):
    assert mean_over_tasks(differences) is None and random_effects(differences) is None


def test_sign_flips_are_all_flips():
    means = [0.03, -0.01, 0.05, 0.02, 0.04]
    flipped = [
        statistics.fmean(s * m for s, m in zip(signs, means, strict=True)) for signs in product((1, -1), repeat=5)
    ]
    expected = sum(abs(one) >= abs(statistics.fmean(means)) - 1e-12 for one in flipped) / 2**5
    assert sign_flip(means) == pytest.approx(expected) and sign_flip([0.02] * 4) == pytest.approx(2 / 2**4)


@pytest.mark.parametrize(("tau", "spread"), [(0.0, 0.01), (0.05, 0.01), (0.01, 0.03)])
def test_random_effects_cover_what_they_say(tau, spread):
    generator = np.random.default_rng(3)
    spreads, new = [], []
    for _ in range(DRAWS):
        tasks = generator.normal(0.02, tau, TASKS)
        found = random_effects(generator.normal(tasks[:, None], spread, (TASKS, SEEDS)).tolist())
        unseen = generator.normal(generator.normal(0.02, tau), spread, SEEDS).mean()
        new.append(found.prediction.low <= unseen <= found.prediction.high)
        spreads.append(found.tau_interval.low <= tau <= found.tau_interval.high)
    assert 0.935 < rate(new) < 0.965 and rate(spreads) > 0.935


def test_every_task_is_claimed_wrongly_at_most_as_often_as_alpha_says():
    means = np.full(TASKS, 0.2)
    means[3] = -0.01
    found = [each_task_above(one, -0.01) for one in experiments(means)]
    assert 0.035 < rate(one.p_holds < ALPHA for one in found) < 0.065
    assert rate(one.estimate.startswith("task3, ") for one in found) > 0.9


def test_no_task_below_the_bound_is_found_by_chance():
    found = [each_task_above(one, -0.01) for one in experiments(-0.01)]
    assert rate(one.p_fails < ALPHA for one in found) < 0.065
    means = np.full(TASKS, 0.0)
    means[4] = -0.03
    assert rate(one.p_fails < ALPHA for one in (each_task_above(d, -0.01) for d in experiments(means, 5))) > 0.8


def test_of_several_parts_the_least_clear_decides():
    up, down = ({"a": [sign * x for x in (0.2, 0.21, 0.22)]} for sign in (1, -1))
    clear, contrary = mean_finding(up, above=0.0), mean_finding(down, above=0.0)
    assert all_of([clear, clear], ["one", "two"]).p_holds < ALPHA
    both = all_of([clear, contrary], ["one", "two"])
    assert both.p_holds > 0.9 and both.p_fails < ALPHA and both.estimate.startswith("two")


def test_power_of_every_task():
    """Tasks whose runs vary by 6 points need more seeds than three."""
    found = [each_task_above(one, -0.01) for one in experiments(0.04, 20, 200)]
    assert rate(one.p_holds < ALPHA for one in found) > 0.8


def table3(differences):
    """The differences of standard pruning from rewinding, as an exhibit."""
    measurements = tuple(
        Measurement(row, task, "accuracy", 0.7, scores, ("run",) * len(scores), seeds=(*range(len(scores)),))
        for task, own in differences.items()
        for row, scores in (("imp", (0.0,) * len(own)), ("standard_pruning", tuple(own)))
    )
    return Exhibit("table3", "Title", "Shows.", "table", ("imp", "standard_pruning"), tuple(differences), measurements)


@pytest.mark.parametrize("seeds", [3, 5])
def test_mixed_is_claimed_wrongly_at_most_as_often_as_alpha_says(seeds):
    """Nothing differs; or, at worst, one task is far better and no task is worse."""
    for means in (np.zeros(TASKS), np.eye(TASKS)[1] * 0.5):
        found = [standard_pruning_is_mixed(table3(one)) for one in experiments(means, seeds, 200)]
        assert rate(one.p_holds < ALPHA for one in found) < 0.075


def test_power_of_mixed():
    means = np.tile([0.03, -0.03], TASKS)[:TASKS]
    found = [standard_pruning_is_mixed(table3(one)) for one in experiments(means, 5, 200)]
    assert rate(one.p_holds < ALPHA for one in found) > 0.85


def shares(center, draws):
    """The intervals of made-up pairs, with sources and targets of their own; the center decides the share in truth."""
    generator = np.random.default_rng(2)
    for _ in range(draws):
        rows, columns = generator.normal(0, 0.5, TASKS), generator.normal(0, 0.5, TASKS)
        true = rows[:, None] + columns + generator.normal(center, 1, (TASKS, TASKS)) > 0
        yield proportion_of_pairs(
            {(f"s{i}", f"t{j}"): bool(true[i, j]) for i, j in product(range(TASKS), repeat=2) if i != j}
        )


def test_a_proportion_of_pairs_allows_for_sources_and_targets():
    """Half of the pairs are true in truth: less than half is claimed at most as often as alpha says. Then its power."""
    assert rate(one.high < 0.5 for one in shares(0, 150)) < 0.08
    assert rate(one.high < 0.5 for one in shares(-0.9, 60)) > 0.7
    assert proportion_of_pairs({("a", "b"): True, ("b", "a"): True}).low == 1
    with pytest.raises(ValueError, match="no pairs"):
        proportion_of_pairs({})


@pytest.mark.parametrize(("mean", "seeds"), [(0.012, range(4, 100)), (0.0, [None])])
def test_what_would_settle_it(mean, seeds):
    """The seeds proposed bring the power to about a half or more; a mean at the bound needs more than any."""
    values = {f"task{i}": [mean + 0.05 * (s - 1) for s in range(3)] for i in range(4)}
    found = mean_finding(values, above=0.0)
    assert found.p_holds > ALPHA and found.seeds() in seeds
    if found.seeds():
        more = {task: [mean + 0.05 * (s % 3 - 1) for s in range(3 * (found.seeds() // 3 + 2))] for task in values}
        assert mean_finding(more, above=0.0).p_holds < ALPHA


def test_random_effects_of_runs_that_agree_are_those_of_their_means():
    """Tasks differ by 4 points and their runs by nothing: the deviation is not 0."""
    effects = random_effects([[0.01, 0.01], [0.05, 0.05], [0.03, 0.03]])
    assert effects.tau_interval.low == pytest.approx(0.02 * math.sqrt(2 / stats.chi2.isf(0.025, 2)))
    assert effects.tau_interval.high == pytest.approx(0.02 * math.sqrt(2 / stats.chi2.isf(0.975, 2)))
