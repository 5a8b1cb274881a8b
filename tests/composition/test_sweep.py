"""From what is typed to the runs it means: a cell alone and a cell of a study are the same run."""

import pytest

from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.errors import UserError
from lightning_tickets.tickets.spec import TicketMask
from tests.composition.typed import checked_sweep, typed


def test_a_typed_sweep_is_the_product_and_the_full_network_has_one_sparsity():
    sweep = checked_sweep("task=cola,rte", "subnetwork=full,imp", "sparsity=50,70", "seed=1,2,3", every=5)
    rows = [request.run.row for request in sweep.requested]
    assert (rows.count("full"), rows.count("imp")) == (2 * 3, 2 * 2 * 3)


@pytest.mark.parametrize(
    "common",
    [
        "task.metric=accuracy",
        "+task.kind.accuracy=acc task.metric=acc",
        "+subnetwork.initialization.version=3",
        "source=mlm",
        "source=mlm task.metric=accuracy",
        "+source=mlm+squad",
        "source=rte rewind=0.1",
    ],
)
def test_what_is_set_for_all_cells_holds_for_each_of_them(common):
    rows = "subnetwork=imp,random_weights,random_mask_ticket_ratios"
    assert len(checked_sweep(*common.split(), "task=cola,rte", rows, "sparsity=20").requested) == 6


def test_other_keys_sweep_too():
    sweep = parse_sweep(["task=cola", "subnetwork=full", "training.learning_rate=1e-3,1e-4", "seed=range(1,4)"])
    rates = [(r.run.problem.training.learning_rate, r.run.seed) for r in sweep.requested]
    assert rates == [(rate, seed) for rate in (1e-3, 1e-4) for seed in (1, 2, 3)]


def test_a_chain_is_searched_once_to_the_highest_sparsity():
    plan = parse_sweep(["task=cola", "subnetwork=imp,shuffled_weights", "sparsity=20,50", "seed=1,2"]).plan
    finds = [job for job in plan.jobs if job.name.startswith("find-")]
    assert len(finds) == 1 and len(finds[0].makes) == 5
    assert len(plan.jobs) == 1 + 8
    assert plan.requested == 4 * (1 + 2) + 4 * (1 + 5)
    assert plan.jobs.index(finds[0]) == 0
    assert {job.needs for job in plan.jobs[1:]} == {finds[0].makes[1], finds[0].makes[4]}


def test_how_far_a_chain_goes_is_not_its_identity():
    low, high = (typed("task=cola", f"sparsity={percent}").mask for percent in (10, 90))
    assert isinstance(low, TicketMask) and isinstance(high, TicketMask)
    assert low.search == high.search and low.name.partition("/")[0] == high.name.partition("/")[0]


@pytest.mark.parametrize("change", ["logger=csv", "trainer.progress=false", "paths.root=elsewhere"])
def test_how_it_is_shown_changes_no_name(change):
    assert typed(change).name == typed().name


@pytest.mark.parametrize(
    "change",
    [
        "training.learning_rate=2e-3",
        "training.steps=301",
        "training.threads=2",
        "data.train_limit=100",
        "ticket.seed=5",
        "schedule.per_round=35",
        "+pruner.version=2",
        "+task.kind.version=2",
    ],
)
def test_what_changes_a_number_changes_the_name(change):
    assert typed(change).name != typed().name


def test_a_thousand_cells_compose_a_handful_of_times(compositions):
    sweep = parse_sweep(["experiment=table2", f"study.seeds=[{','.join(map(str, range(1, 21)))}]"])
    assert len(sweep.requested) == 11 * 5 * 20
    assert len(compositions) == 2, "the study, its axes"


@pytest.mark.parametrize(
    "arguments",
    [
        ["task=cola,rte", "subnetwork=imp,full", "sparsity=20,50", "seed=1,2"],
        ["task=cola", "pruner=magnitude,erk,heads", "rewind=pretrained,0.1", "training.clip=1,2", "source=mlm,mlm+rte"],
    ],
)
def test_a_typed_sweep_composes_once(compositions, arguments):
    assert parse_sweep(arguments).plan.jobs and len(compositions) == 1


@pytest.mark.parametrize("arguments", [["experiment=table2", "seed=1"], ["experiment=table2", "task=cola,rte"]])
def test_an_experiment_has_its_own_axes(arguments):
    with pytest.raises(UserError, match="an experiment has axes of its own"):
        parse_sweep(arguments)


@pytest.mark.parametrize("row", ["full", "scratch"])
def test_a_row_without_a_mask_is_one_run_at_any_sparsity_and_schedule(row):
    assert len({typed(f"subnetwork={row}", *more).name for more in ([], ["sparsity=20"], ["sparsity=75"])}) == 1
    sweep = checked_sweep(f"subnetwork={row},imp", "schedule.per_round=20", "sparsity=40,60", "task=cola")
    assert [request.run.row for request in sweep.requested].count(row) == 1


def test_a_text_is_named_where_it_is_trained_on_or_a_ticket_is_found_on_it():
    small = ["study.tasks=[rte,mlm]", "study.seeds=[1]", "study.exhibits.table2.sparsities=[50]"]
    notes = {one.name: " ".join(one.notes) for one in parse_sweep(["experiment=paper", *small]).fill_exhibits()}
    assert "The text of mlm" in notes["table2"] and "The text of mlm" in notes["table8"], "its tickets are of mlm"
    assert "The text of mlm" not in notes["figure1"] + notes["table6"]


@pytest.mark.parametrize(("scale", "marked"), [("paper", True), ("pocket", False)])
def test_the_real_wnli_is_marked_as_saying_nothing(scale, marked):
    narrow = ["study.exhibits.table2.sparsities=[50]", f"scale={scale}"]
    for tasks, expected in (("wnli,rte", marked), ("rte", False)):
        exhibit, *_ = parse_sweep(["experiment=table2", f"study.tasks=[{tasks}]", *narrow]).fill_exhibits()
        notes = [note for note in exhibit.notes if not note.startswith("Paper")]
        assert any(note.startswith("WNLI says nothing") for note in notes) == expected
        assert expected or not any("WNLI" in note for note in notes)
