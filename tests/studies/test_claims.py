"""The paper's claims over made-up scores of which it is known what they carry."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from lightning_tickets.studies.claims import CANNOT_BE_TOLD, CLAIMS, FAILS, HOLDS, check_claims, claims_table
from lightning_tickets.studies.measurement import Exhibit, Measurement

TASKS = ("mnli", "cola", "squad", "mlm")


def measurement(row, task, mean, n=5, spread=0.004):
    drawn = random.Random(f"{row}/{task}")
    scores = tuple(mean + drawn.gauss(0, spread) for _ in range(n))
    runs = tuple(f"{row}-{task}-{seed}" for seed in range(n))
    missing = () if n else ("run it",)
    sparsity = 0.0 if row == "full" else 0.7
    return Measurement(row, task, "accuracy", sparsity, scores, runs, missing, (), tuple(range(n)))


def exhibit(name, means, n=5, tasks=TASKS):
    """``means`` by row: one for all tasks, or one a task."""
    measurements = [
        measurement(row, task, mean[i] if isinstance(mean, tuple) else mean, n)
        for row, mean in means.items()
        for i, task in enumerate(tasks)
    ]
    return Exhibit(
        name, name, "Shows.", drawn="table", rows=tuple(means), tasks=tasks, measurements=tuple(measurements)
    )


def verdicts(*exhibits, without=()):
    return [claim.verdict for claim in check_claims(exhibits, without)]


CONTROLS = {"random_mask": 0.6, "random_weights": 0.5, "shuffled_weights": 0.55}
REWOUND = {f"rewind_{part}": 0.8 for part in ("0.05", "0.10", "0.20", "0.50")}
AS_PUBLISHED = (
    exhibit("table2", {"full": 0.8, "imp": 0.805} | CONTROLS, n=8),
    exhibit("table3", {"imp": 0.8} | REWOUND | {"standard_pruning": (0.83, 0.77, 0.8, 0.8)}, n=8),
    exhibit("figure2", {"full": 0.8, "mnli": 0.7, "cola": 0.7, "squad": 0.7, "mlm": 0.803}, n=8),
    exhibit("table8", {"imp_mlm_0.0536": 0.75, "imp_mlm": 0.8}, tasks=("sst2", "cola", "squad")),
    exhibit("figure9", {"mlm": 0.8, "mlm+mnli": 0.8, "mlm+squad": 0.799}, n=8),
)
CONTRARY = (
    exhibit("table2", {"full": 0.8, "imp": 0.7, "random_mask": 0.8, "random_weights": 0.8, "shuffled_weights": 0.8}),
    exhibit("table3", {"imp": 0.8} | dict.fromkeys(REWOUND, 0.9) | {"standard_pruning": 0.9}),
    exhibit("figure2", {"full": 0.8, "mnli": 0.81, "cola": 0.81, "squad": 0.81, "mlm": 0.6}, n=8),
    exhibit("table8", {"imp_mlm_0.0536": 0.8, "imp_mlm": 0.7}, tasks=("sst2", "cola", "squad")),
    exhibit("figure9", {"mlm": 0.8, "mlm+mnli": 0.9, "mlm+squad": 0.9}),
)


def test_there_are_eight():
    assert len(CLAIMS) == len({text for text, _ in CLAIMS}) == 8


def test_scores_as_the_paper_has_them_carry_every_claim():
    assert verdicts(*AS_PUBLISHED) == [HOLDS] * 8


def test_contrary_scores_carry_no_claim():
    assert verdicts(*CONTRARY) == [FAILS] * 8


@pytest.mark.parametrize("n", [0, 1])
def test_what_the_data_do_not_carry_is_left_open(n):
    few = [
        replace(e, measurements=tuple(measurement(f.row, f.task, 0.5, n) for f in e.measurements)) for e in AS_PUBLISHED
    ]
    assert verdicts(*few) == [CANNOT_BE_TOLD] * 8
    assert verdicts() == [CANNOT_BE_TOLD] * 8


def test_differences_within_the_noise_are_left_open():
    noisy = exhibit("table2", {"full": 0.8, "imp": 0.79} | CONTROLS)
    noisy = replace(
        noisy, measurements=tuple(measurement(f.row, f.task, 0.8, 3, spread=0.1) for f in noisy.measurements)
    )
    assert verdicts(noisy)[:2] == [CANNOT_BE_TOLD, CANNOT_BE_TOLD]


def test_half_of_the_runs_do_not_make_a_claim():
    """Missing cells count as saying nothing."""
    whole = AS_PUBLISHED[0]
    half = replace(
        whole,
        measurements=tuple(
            f if f.task in TASKS[:2] else measurement(f.row, f.task, 0, n=0) for f in whole.measurements
        ),
    )
    assert verdicts(half)[:2] == [CANNOT_BE_TOLD, CANNOT_BE_TOLD]
    first = check_claims([half])[0]
    assert sum(first.cells) == len(TASKS) and first.cells[2] >= 2


def test_a_task_that_says_nothing_is_left_out():
    """WNLI's row would speak against the first claim."""
    tasks = (*TASKS, "wnli", "rte")
    table2 = exhibit("table2", {"full": 0.8, "imp": (0.805,) * 4 + (0.3, 0.805)} | CONTROLS, n=8, tasks=tasks)
    assert verdicts(table2)[0] == CANNOT_BE_TOLD and verdicts(table2, without=("wnli",))[0] == HOLDS


def test_the_claims_as_a_sheet():
    sheet = claims_table(AS_PUBLISHED, ("wnli",))
    assert [line[2] for line in sheet.lines] == [HOLDS] * 8
    assert all(len(line) == len(sheet.head) for line in sheet.lines)
    assert any("wnli" in note for note in sheet.notes)


def test_each_cell_says_what_it_is():
    numbers = check_claims(AS_PUBLISHED)[5].numbers
    assert (
        len(numbers) == 3
        and numbers[0].startswith("mlm on mnli at 70 %: +")
        and not any("on mlm" in line for line in numbers)
    )
