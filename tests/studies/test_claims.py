"""The paper's claims over made-up scores of which it is known what they support."""

import math
import random
import statistics
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t

from lightning_tickets.studies.claims import CANNOT_BE_TOLD, CLAIMS, FAILS, HOLDS, check_claims, claims_table
from lightning_tickets.studies.finding import all_of, bounded
from lightning_tickets.studies.measurement import Exhibit, Measurement

TASKS = ("mnli", "cola", "squad", "mlm")
DATA_TASKS = ("sst2", "cola", "squad")


def measurement(row, task, mean, n=5, spread=0.004):
    rng = random.Random(f"{row}/{task}")
    return Measurement(
        row,
        task,
        "accuracy",
        sparsity=0.0 if row == "full" else 0.7,
        scores=tuple(mean + rng.gauss(0, spread) for _ in range(n)),
        runs=tuple(f"{row}-{task}-{seed}" for seed in range(n)),
        missing=() if n else ("run it",),
        seeds=tuple(range(n)),
    )


def exhibit(name, means, n=5, tasks=TASKS):
    """``means`` by row: one for all tasks, or one per task."""
    measurements = tuple(
        measurement(row, task, mean[i] if isinstance(mean, tuple) else mean, n)
        for row, mean in means.items()
        for i, task in enumerate(tasks)
    )
    return Exhibit(name, name, "Shows.", "table", tuple(means), tasks, measurements)


def scored(exhibit, mean, n, spread=0.004, tasks=()):
    """The exhibit with other scores, except on ``tasks``."""
    others = (m if m.task in tasks else measurement(m.row, m.task, mean, n, spread) for m in exhibit.measurements)
    return replace(exhibit, measurements=tuple(others))


def verdicts(*exhibits, without=()):
    return [claim.verdict for claim in check_claims(exhibits, without)]


CONTROLS = {"random_mask": 0.6, "random_weights": 0.5, "shuffled_weights": 0.55}
REWOUND = {f"rewind_{part}": 0.8 for part in ("0.05", "0.10", "0.20", "0.50")}
AS_PUBLISHED = (
    exhibit("table2", {"full": 0.8, "imp": 0.805} | CONTROLS, n=8),
    exhibit("table3", {"imp": 0.8} | REWOUND | {"standard_pruning": (0.83, 0.77, 0.8, 0.8)}, n=8),
    exhibit("figure2", {"full": 0.8, "mnli": 0.7, "cola": 0.7, "squad": 0.7, "mlm": 0.803}, n=8),
    exhibit("table8", {"imp_mlm_0.0536": 0.75, "imp_mlm": 0.8}, tasks=DATA_TASKS),
    exhibit("figure9", {"mlm": 0.8, "mlm+mnli": 0.8, "mlm+squad": 0.799}, n=8),
)
CONTRARY = (
    exhibit("table2", {"full": 0.8, "imp": 0.7} | dict.fromkeys(CONTROLS, 0.8)),
    exhibit("table3", {"imp": 0.8} | dict.fromkeys(REWOUND, 0.9) | {"standard_pruning": 0.9}),
    exhibit("figure2", {"full": 0.8, "mnli": 0.81, "cola": 0.81, "squad": 0.81, "mlm": 0.6}, n=8),
    exhibit("table8", {"imp_mlm_0.0536": 0.8, "imp_mlm": 0.7}, tasks=DATA_TASKS),
    exhibit("figure9", {"mlm": 0.8, "mlm+mnli": 0.9, "mlm+squad": 0.9}),
)


def test_there_are_eight():
    assert len(CLAIMS) == len({text for text, *_ in CLAIMS}) == 8


@pytest.mark.parametrize(
    ("exhibits", "verdict"),
    [
        pytest.param(AS_PUBLISHED, HOLDS, id="as published"),
        pytest.param(CONTRARY, FAILS, id="contrary"),
        pytest.param([scored(e, 0.5, n=0) for e in AS_PUBLISHED], CANNOT_BE_TOLD, id="no scores"),
        pytest.param([scored(e, 0.5, n=1) for e in AS_PUBLISHED], CANNOT_BE_TOLD, id="one score"),
        pytest.param([], CANNOT_BE_TOLD, id="no exhibits"),
    ],
)
def test_the_verdict_on_every_claim(exhibits, verdict):
    assert verdicts(*exhibits) == [verdict] * 8


@pytest.mark.parametrize(("row", "verdict"), [("rewind_0.50", FAILS), ("none", HOLDS)])
def test_one_rewind_point_that_helps_is_against_rewinding(row, verdict):
    """Though the mean over the points may be far below."""
    means = {"imp": 0.8} | dict.fromkeys(REWOUND, 0.7) | {"standard_pruning": 0.8}
    table3 = exhibit("table3", means | ({row: 0.85} if row in means else {}), n=8)
    claim = check_claims([table3])[2]
    named = f"{row}, mean over 4 tasks +4.9" if row in means else "mean over 4 tasks −"
    assert claim.verdict == verdict and named in claim.estimate


def test_a_task_on_which_no_ticket_wins_is_named_and_nothing_is_missing():
    table2 = AS_PUBLISHED[0]
    empty = [m for m in table2.measurements if m.task != "mlm" or m.row == "full"]
    exist, controls, *_ = check_claims([replace(table2, measurements=tuple(empty), without_ticket=("mlm",))])
    assert exist.verdict == CANNOT_BE_TOLD and exist.estimate.endswith("; no ticket wins on mlm")
    assert controls.verdict == HOLDS and "mean over 3 tasks" in controls.estimate


def test_a_task_that_says_nothing_may_lack_a_winning_ticket():
    table2 = AS_PUBLISHED[0]
    others = [m for m in table2.measurements if m.task != "mlm" or m.row == "full"]
    exist, *_ = check_claims([replace(table2, measurements=tuple(others), without_ticket=("mlm",))], ["mlm"])
    assert exist.verdict == HOLDS and "no ticket" not in exist.estimate


def test_without_a_winning_ticket_on_any_task_no_runs_are_missing():
    exist, *_ = check_claims([replace(AS_PUBLISHED[0], without_ticket=TASKS)])
    assert (exist.verdict, exist.estimate) == (CANNOT_BE_TOLD, "no ticket wins on any task")


def test_a_claim_whose_exhibit_was_not_asked_for_says_so():
    claim = check_claims([AS_PUBLISHED[0]])[2]
    assert (claim.estimate, claim.to_settle) == (
        "table3 is not part of this",
        "lightning-tickets run -m experiment=table3",
    )


def test_differences_within_the_noise_cannot_be_told():
    noisy = scored(exhibit("table2", {"full": 0.8, "imp": 0.79} | CONTROLS), 0.8, n=3, spread=0.1)
    assert verdicts(noisy)[:2] == [CANNOT_BE_TOLD, CANNOT_BE_TOLD]


def test_half_of_the_runs_do_not_make_a_claim():
    half = scored(AS_PUBLISHED[0], 0, n=0, tasks=TASKS[:2])
    assert verdicts(half)[:2] == [CANNOT_BE_TOLD, CANNOT_BE_TOLD]
    assert check_claims([half])[0].estimate == "runs are missing"


def test_what_cannot_be_told_says_what_would_settle_it():
    means = {"full": 0.8, "imp": 0.795}
    noisy = exhibit("table2", means | CONTROLS, n=3)
    noisy = replace(
        noisy,
        measurements=tuple(measurement(m.row, m.task, means.get(m.row, 0.5), 3, 0.02) for m in noisy.measurements),
    )
    claim = check_claims([noisy])[0]
    assert claim.verdict == CANNOT_BE_TOLD and claim.to_settle.startswith("about ")
    assert ": lightning-tickets run -m experiment=paper 'study.exhibits.table2.seeds=[1,2,3," in claim.to_settle
    typed = ["experiment=table2", "scale=pocket_low_rate", "study.exhibits.table2.seeds=[1,2,3]", "paths.root=X"]
    again = check_claims([noisy], typed=typed)[0].to_settle
    number = int(claim.to_settle.split()[1])
    seeds = "[" + ",".join(map(str, range(1, number + 1))) + "]"
    assert again.endswith(f"experiment=table2 scale=pocket_low_rate paths.root=X 'study.exhibits.table2.seeds={seeds}'")


@pytest.mark.parametrize("runs", [2, 3, 5])
def test_the_fewest_seeds_that_would_settle_it(runs):
    """With that many seeds the same estimate decides, by an independent t test, and with one fewer it does not."""
    scores = [0.01 * (-1) ** i - 0.008 for i in range(runs)]
    number = bounded([scores], above=-0.01).seeds()

    def p(seeds):
        error = math.sqrt(statistics.variance(scores) / seeds)
        return t.sf((statistics.fmean(scores) + 0.01) / error, seeds - 1)

    assert number > runs and p(number) < 0.05 <= p(number - 1)


def test_seeds_that_settle_a_claim_about_several_rows():
    """One row that fails decides, by Holm's p; until then the row that holds needs none."""
    holds, fails = [-0.02, -0.021, -0.019], [0.011, 0.02, 0.005]
    parts = [bounded([values], below=0.01) for values in (holds, fails, holds)]
    number = all_of(parts, ["a", "b", "c"]).seeds()
    assert 3 * min(parts[1].p_with(number)) < 0.05 <= 3 * min(parts[1].p_with(number - 1))
    assert bounded([[0.01, 0.01]], below=0.01).seeds() is None, "no number of seeds decides a tie"


@pytest.mark.parametrize(("full", "ticket"), [((0.93, 0.92), (0.92, 0.91)), ((0.91, 0.91), (0.90, 0.90))])
def test_a_difference_of_exactly_the_margin(full, ticket):
    """In single precision it is a little more or less: pairs transfer, and no test decides."""
    means = {"full": 0.8, "mnli": 0.7, "cola": 0.7, "squad": 0.7, "mlm": 0.7}
    figure = exhibit("figure2", means)
    single = {row: tuple(map(float, np.float32(full if row == "full" else ticket))) for row in means}
    measurements = tuple(replace(m, scores=single[m.row], runs=m.runs[:2], seeds=(0, 1)) for m in figure.measurements)
    _, _, _, _, rarely, universal, *_ = check_claims([replace(figure, measurements=measurements)])
    assert "9 of 9 pairs" in rarely.estimate and universal.verdict == CANNOT_BE_TOLD


def test_why_a_claim_cannot_be_tested():
    two = [replace(e, tasks=e.tasks[:2], rows=tuple(r for r in e.rows if r != "mlm")) for e in AS_PUBLISHED]
    *_, mixed, _, universal, _, _ = check_claims(two)
    assert mixed.estimate == "expected at least three tasks" and not mixed.to_settle
    assert universal.estimate == "masked LM is not among the tasks"
    empty = check_claims([replace(AS_PUBLISHED[0], without_ticket=TASKS)])
    assert [claim.estimate for claim in empty[:2]] == ["no ticket wins on any task"] * 2


def test_a_share_of_pairs_that_cannot_be_told_asks_for_tasks():
    """Of five tasks one source transfers to two: 40 %, with an interval on both sides of a half."""
    tasks = ("mnli", "rte", "cola", "squad", "sst2")
    means = {"full": 0.8} | dict.fromkeys(tasks, 0.5)
    figure = exhibit("figure2", means, tasks=tasks)
    around = (*tasks, *tasks)
    good = {(source, around[at + step]) for at, source in enumerate(tasks) for step in (1, 2)} - {
        ("mnli", "rte"),
        ("rte", "cola"),
    }
    figure = replace(
        figure,
        measurements=tuple(
            measurement(m.row, m.task, 0.8 if (m.row, m.task) in good else means[m.row]) for m in figure.measurements
        ),
    )
    claim = check_claims([figure])[4]
    assert "8 of 20 pairs, 40 %" in claim.estimate and claim.verdict == CANNOT_BE_TOLD
    number = int(claim.to_settle.removeprefix("about ").split(" tasks (there are 5)")[0])
    assert 5 < number < 200


def test_an_uninformative_task_is_left_out():
    """WNLI's row would be against the first claim."""
    tasks = (*TASKS, "wnli", "rte")
    table2 = exhibit("table2", {"full": 0.8, "imp": (0.805,) * 4 + (0.3, 0.805)} | CONTROLS, n=8, tasks=tasks)
    assert verdicts(table2)[0] == FAILS and verdicts(table2, without=("wnli",))[0] == HOLDS


def test_the_claims_as_a_table():
    table = claims_table(AS_PUBLISHED, ("wnli",))
    assert [line[2] for line in table.lines] == [HOLDS] * 8
    assert all(len(line) == len(table.head) for line in table.lines)
    assert any("wnli" in note for note in table.notes)


def test_each_claim_says_what_was_found():
    exist, controls, _, mixed, rarely, universal, *_ = check_claims(AS_PUBLISHED)
    assert exist.estimate.startswith("ticket minus full network: mean over 4 tasks +0.") and "90 %: " in exist.estimate
    assert exist.details[0].startswith("mnli +") and "a task not yet seen" in exist.details[2]
    assert "clearest gain: mnli, +3." in mixed.estimate and "clearest loss: cola, −3." in mixed.estimate
    assert "tasks differ by a deviation of " in mixed.estimate and "), p < 0.001; clearest gain" in mixed.estimate
    assert "0 of 9 pairs" in rarely.estimate and controls.estimate.endswith("), p < 0.001")
    assert all("; sign-flip test over tasks" in line and "a task not yet seen" in line for line in controls.details)
    assert universal.details[0].startswith("on average: mean over 3 tasks ")
    assert "full network: squad, 0.0" in universal.estimate and not any("on mlm" in line for line in universal.details)
