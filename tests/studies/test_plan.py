"""What a set of cells has to train: shared things once, in an order that works."""

from dataclasses import replace

import pytest

from lightning_tickets.pruning.schedule import Linear
from lightning_tickets.runs.store import TIMING, Store, write_json
from lightning_tickets.studies.cell import Cell
from lightning_tickets.studies.plan import Operations, Plan, RequestedRun, make_plan
from lightning_tickets.tickets.problem import Component, Data, Model, Problem, Task
from lightning_tickets.tickets.spec import DrawnMask, Run, Search, TicketMask
from lightning_tickets.training.config import Training

SETTINGS = Training(10, None, 8, 16, 1e-3, 1e-2)
THETA = Component("pretrained", 1)


def problem(task):
    return Problem(Task(task, Component("kind", 1), "accuracy"), Data("pocket", "1"), Model("pocket", "m"), SETTINGS)


def ticket(percent, task="cola", seed=0):
    return TicketMask(Search(problem(task), Component("magnitude", 1), Linear(10), seed), percent)


def request(row, percent=0, seed=1, task="cola", search_seed=0, source=""):
    """``source`` is the task that the ticket comes from, if it is another one."""
    mask = ticket(percent, source or task, search_seed)
    if row in ("full", "random_mask"):
        mask = DrawnMask(Component("uniform", 1), percent) if row == "random_mask" else None
    overrides = (f"task={task}", f"subnetwork={row}", f"sparsity={percent}", f"seed={seed}")
    cell = Cell(task, row, percent, seed)
    return RequestedRun(Run(row, problem(task), mask, THETA, seed), overrides, 2.0, 2.0, 10, cell)


def searches(plan):
    return [job for job in plan.jobs if "job=find" in job.overrides]


@pytest.mark.parametrize("percents", [[50], [10, 90, 50], [90, 10, 50], [30, 30], [30, 70, 50]])
def test_a_chain_is_searched_once_to_its_deepest_sparsity(percents):
    (search,) = searches(make_plan([request("imp", percent, seed) for percent in percents for seed in (1, 2, 3)]))
    assert search.name == ticket(max(percents)).name
    assert search.makes == tuple(ticket(p).name for p in range(10, max(percents) + 1, 10))
    assert search.overrides == (*request("imp", max(percents)).overrides, "job=find")


TRANSFERRED = [request("imp", 50, task=task, source="mlm") for task in ("cola", "rte", "mlm")]
SAME_TICKET = [
    replace(request("imp", 50), run=replace(request("imp", 50).run, row=r)) for r in ("imp", "random_weights")
]
CELLS = [
    request(row, 50, seed, task)
    for row in ("full", "imp", "random_mask")
    for task in ("cola", "rte")
    for seed in (1, 2)
]


@pytest.mark.parametrize(
    ("requests", "searched", "jobs", "trainings"),
    [
        pytest.param(SAME_TICKET, 1, 3, 5 + 2, id="rows on the same ticket share its search"),
        pytest.param(
            [request("imp", 50), request("imp", 50, search_seed=7)], 2, 4, 12, id="another seed, another search"
        ),
        pytest.param([request("imp", 50), request("imp", 50, task="rte")], 2, 4, 12, id="another task, another search"),
        pytest.param(TRANSFERRED, 1, 4, 5 + 3, id="a ticket that is transferred is found once"),
        pytest.param([request("full", seed=s) for s in (1, 2, 1, 2)], 0, 2, 2, id="the full network, once a seed"),
        pytest.param([request("random_mask", p) for p in (50, 70, 50)], 0, 2, 2, id="drawn masks of two sparsities"),
        pytest.param(CELLS, 2, 12 + 2, 12 + 2 * 5, id="twelve cells and two searchs of five rounds"),
    ],
)
def test_what_is_shared_is_trained_once(requests, searched, jobs, trainings):
    plan = make_plan(requests)
    assert (len(searches(plan)), len(plan.jobs), plan.trainings()) == (searched, jobs, trainings)


def test_the_full_network_and_drawn_masks_wait_for_nothing():
    plan = make_plan([request("full"), request("random_mask", 50)])
    assert searches(plan) == [] and {job.needs for job in plan.jobs} == {None}


def test_a_cell_waits_for_the_search_of_its_ticket():
    plan = make_plan([request("imp", 30), request("imp", 70), request("imp", 50, task="rte")])
    needs = {job.name: job.needs for job in plan.jobs}
    assert needs[request("imp", 30).run.name] == ticket(30).name
    assert needs[request("imp", 50, task="rte").run.name] == ticket(50, "rte").name


def test_each_job_comes_after_what_it_needs_and_every_cell_is_made_by_one_job():
    made = []
    for job in make_plan(CELLS).jobs:
        assert job.needs in (None, *made)
        made += job.makes
    assert len(made) == len(set(made)) and {cell.run.name for cell in CELLS} <= set(made)


def test_trainings_are_counted_without_sharing():
    assert make_plan(CELLS).requested == 8 + 4 * (1 + 5)  # four of the cells would each search on their own


def test_what_is_needed_is_made_by_a_job_that_needs_nothing() -> None:
    jobs = make_plan(CELLS).jobs
    free = {name for job in jobs if job.needs is None for name in job.makes}
    assert {job.needs for job in jobs if job.needs is not None} <= free


def test_no_cells_are_no_jobs():
    assert make_plan([]) == Plan((), 0)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def publish(store, name, seconds=2.0):
    with store.publish(name, THETA) as folder:
        write_json(folder / TIMING, {"seconds": seconds})


def test_what_is_in_the_store_is_not_missing(store):
    plan = make_plan([request("imp", 30)])
    (search,) = searches(plan)
    publish(store, search.makes[0])
    assert search.missing(store) == list(search.makes[1:])
    assert plan.missing(store) == [name for job in plan.jobs for name in job.makes if name != search.makes[0]]


def test_the_seconds_left_are_of_what_is_missing(store):
    plan = make_plan([request("imp", 30), request("full")])
    assert plan.seconds_left(store) == 2.0 * 5
    for name in (searches(plan)[0].makes[0], request("full").run.name):
        publish(store, name)
    assert plan.seconds_left(store) == 2.0 * 3


def test_the_estimate_follows_what_trainings_have_taken(store):
    """Estimated at 2 seconds each; the median of those made took 6."""
    plan = make_plan([request("imp", 30), request("full")])
    for name, seconds in zip(searches(plan)[0].makes, (6.0, 20.0, 4.0), strict=True):
        publish(store, name, seconds)
    assert plan.seconds_left(store) == 6.0 * 2


def test_seconds_from_the_rate_of_a_device_are_not_corrected(store):
    plan = make_plan([request("imp", 30), request("full")], rated=True)
    publish(store, searches(plan)[0].makes[0], 600.0)
    assert plan.pace(store) == 1.0 and plan.seconds_left(store) == 2.0 * 4


@pytest.mark.parametrize(
    ("run", "round_", "left"),
    [
        (Operations(7.0), Operations(5.0), Operations(7.0 + 2 * 5.0)),
        (Operations(7.0), Operations(5.0, at_most=True), Operations(17.0, at_most=True)),
        (None, Operations(5.0), None),
    ],
)
def test_the_operations_left_are_of_what_is_missing(store, run, round_, left):
    plan = make_plan([replace(request("imp", 30), operations=run, search_operations=round_)])
    publish(store, searches(plan)[0].makes[0])
    assert plan.operations_left(store) == left


def test_a_part_of_a_plan_goes_at_the_pace_of_the_whole(store):
    """One training took 3 times its estimate of 2 seconds, another took half of it: the parts add up to the whole."""
    plan = make_plan([request("imp", 30), request("full")])
    publish(store, searches(plan)[0].makes[0], 6.0)
    publish(store, searches(plan)[0].makes[1], 1.0)
    pace = plan.pace(store)
    parts = [Plan((job,), 0).seconds_left(store, pace) for job in plan.jobs]
    assert pace == 1.75 and parts == [2.0 * pace] * 3 and sum(parts) == plan.seconds_left(store)


def test_a_timing_that_cannot_be_read_does_not_count(store):
    plan = make_plan([request("imp", 10)])
    name = searches(plan)[0].makes[0]
    publish(store, name, 6.0)
    (store.path(name) / TIMING).write_text("{")
    assert plan.seconds_left(store) == 2.0
