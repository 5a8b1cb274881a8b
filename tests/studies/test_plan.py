"""What a set of cells has to train: shared things once, in an order that works."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lightning_tickets.pruning.schedule import Linear
from lightning_tickets.runs.store import TIMING, Store, write_json
from lightning_tickets.studies.plan import Job, Plan, RequestedRun, make_plan
from lightning_tickets.tickets.problem import Component, Data, Model, Problem, Task
from lightning_tickets.tickets.spec import Chain, DrawnMask, Run, TicketMask
from lightning_tickets.training.config import Training

SETTINGS = Training(10, None, 8, 16, 1e-3, 1e-2)
THETA = Component("pretrained", 1)


def problem(task: str = "cola") -> Problem:
    return Problem(Task(task, Component("kind", 1), "accuracy"), Data("pocket", "1"), Model("pocket", "m"), SETTINGS)


def chain(task: str = "cola", seed: int = 0) -> Chain:
    return Chain(problem(task), Component("magnitude", 1), Linear(10), seed)


def request(
    row: str, percent: int = 0, seed: int = 1, task: str = "cola", finder: int = 0, on: str = ""
) -> RequestedRun:
    """``on`` is the task that the ticket comes from, where it is another one."""
    mask: TicketMask | DrawnMask | None = TicketMask(chain(on or task, finder), percent)
    if row in ("full", "random_mask"):
        mask = DrawnMask(Component("uniform", 1), percent) if row == "random_mask" else None
    overrides = (f"task={task}", f"subnetwork={row}", f"sparsity={percent}", f"seed={seed}")
    return RequestedRun(Run(row, problem(task), mask, THETA, seed), overrides, 2.0, 2.0)


def finds(plan: Plan) -> list[Job]:
    return [job for job in plan.jobs if "job=find" in job.overrides]


@pytest.mark.parametrize("percents", [[50], [10, 90, 50], [90, 10, 50], [30, 30]])
def test_a_chain_is_searched_once_to_its_deepest_sparsity(percents: list[int]) -> None:
    (find,) = finds(make_plan([request("imp", percent, seed) for percent in percents for seed in (1, 2, 3)]))
    assert find.name == TicketMask(chain(), max(percents)).name
    assert find.makes == tuple(TicketMask(chain(), p).name for p in range(10, max(percents) + 1, 10))


def test_a_chain_is_searched_by_a_cell_of_its_deepest_sparsity() -> None:
    (find,) = finds(make_plan([request("imp", 30), request("imp", 70), request("imp", 50)]))
    assert find.overrides == (*request("imp", 70).overrides, "job=find")


def test_rows_on_the_same_ticket_share_its_chain() -> None:
    rows = [
        replace(request("imp", 50), run=replace(request("imp", 50).run, row=row)) for row in ("imp", "random_weights")
    ]
    plan = make_plan(rows)
    assert len(finds(plan)) == 1 and len(plan.jobs) == 3


@pytest.mark.parametrize("other", [request("imp", 50, finder=7), request("imp", 50, task="rte")], ids=["seed", "task"])
def test_another_seed_or_task_is_another_chain(other: RequestedRun) -> None:
    assert len(finds(make_plan([request("imp", 50), other]))) == 2


def test_a_ticket_that_is_transferred_is_found_once() -> None:
    plan = make_plan([request("imp", 50, task=task, on="mlm") for task in ("cola", "rte", "mlm")])
    assert len(finds(plan)) == 1 and plan.trainings() == 5 + 3


def test_the_full_network_is_trained_once_a_seed() -> None:
    plan = make_plan([request("full", seed=seed) for seed in (1, 2, 1, 2)])
    assert len(plan.jobs) == plan.trainings() == 2


def test_the_full_network_and_drawn_masks_wait_for_nothing() -> None:
    plan = make_plan([request("full"), request("random_mask", 50)])
    assert finds(plan) == [] and {job.needs for job in plan.jobs} == {None}


def test_drawn_masks_of_other_sparsities_are_other_runs() -> None:
    assert len(make_plan([request("random_mask", percent) for percent in (50, 70, 50)]).jobs) == 2


def test_a_cell_waits_for_the_chain_of_its_ticket() -> None:
    plan = make_plan([request("imp", 30), request("imp", 70), request("imp", 50, task="rte")])
    needs = {job.name: job.needs for job in plan.jobs}
    assert needs[request("imp", 30).run.name] == TicketMask(chain(), 30).name
    assert needs[request("imp", 50, task="rte").run.name] == TicketMask(chain("rte"), 50).name


CELLS = [
    request(row, 50, seed, task)
    for row in ("full", "imp", "random_mask")
    for task in ("cola", "rte")
    for seed in (1, 2)
]


def test_each_job_comes_after_what_it_needs() -> None:
    seen: set[str | None] = {None}
    for job in make_plan(CELLS).jobs:
        assert job.needs in seen
        seen.update(job.makes)


def test_every_cell_is_made_by_one_job() -> None:
    made = [name for job in make_plan(CELLS).jobs for name in job.makes]
    assert len(made) == len(set(made)) and {cell.run.name for cell in CELLS} <= set(made)


def test_trainings_are_counted_with_and_without_sharing() -> None:
    plan = make_plan(CELLS)
    assert plan.trainings() == 12 + 2 * 5  # twelve cells, two chains of five rounds
    assert plan.requested == 8 + 4 * (1 + 5)  # four of the cells would each search on their own


def test_what_is_needed_is_made_by_a_job_that_needs_nothing() -> None:
    jobs = make_plan(CELLS).jobs
    free = {name for job in jobs if job.needs is None for name in job.makes}
    assert {job.needs for job in jobs if job.needs is not None} <= free


def test_no_cells_are_no_jobs() -> None:
    assert make_plan([]) == Plan((), 0)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def made(store: Store, name: str, seconds: float = 2.0) -> None:
    with store.publish(name, THETA) as folder:
        write_json(folder / TIMING, {"seconds": seconds})


def test_what_is_in_the_store_is_not_missing(store: Store) -> None:
    plan = make_plan([request("imp", 30)])
    (find,) = finds(plan)
    made(store, find.makes[0])
    assert find.missing(store) == list(find.makes[1:])
    whole = [name for job in plan.jobs for name in job.makes]
    assert plan.missing(store) == [name for name in whole if name != find.makes[0]]


def test_the_seconds_left_are_of_what_is_missing(store: Store) -> None:
    plan = make_plan([request("imp", 30), request("full")])
    assert plan.seconds_left(store) == 2.0 * 5
    made(store, finds(plan)[0].makes[0])
    made(store, request("full").run.name)
    assert plan.seconds_left(store) == 2.0 * 3


def test_the_estimate_follows_what_trainings_have_taken(store: Store) -> None:
    """Guessed at 2 seconds each; the median of those made took 6."""
    plan = make_plan([request("imp", 30), request("full")])
    for name, seconds in zip(finds(plan)[0].makes, (6.0, 20.0, 4.0), strict=True):
        made(store, name, seconds)
    assert plan.seconds_left(store) == 6.0 * 2


def test_a_timing_that_cannot_be_read_does_not_count(store: Store) -> None:
    plan = make_plan([request("imp", 10)])
    name = finds(plan)[0].makes[0]
    made(store, name, 6.0)
    (store.path(name) / TIMING).write_text("{")
    assert plan.seconds_left(store) == 2.0


def test_planning_needs_no_torch() -> None:
    code = "import sys, lightning_tickets.studies.plan; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"
