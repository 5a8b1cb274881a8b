"""What is typed as ``source=``: a task, several trained together, or nonsense in one line."""

from __future__ import annotations

import pytest

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.composition.single import run_of
from lightning_tickets.composition.ticket_source import split_source, with_source_tasks
from lightning_tickets.errors import UserError


def test_the_names_in_order():
    assert (
        split_source(None) == ()
        and split_source("mlm") == ("mlm",)
        and split_source("mlm+cola+rte") == ("mlm", "cola", "rte")
    )


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("mlm+mlm", "mlm is there twice"),
        ("mlm+rte+cola+rte", "rte is there twice"),
        ("''", "not a task"),
        ("+mlm", "not a task"),
        ("mlm+", "not a task"),
        ("[mlm,cola]", "not a task"),
        ("3", "not a task"),
    ],
)
def test_a_task_twice_or_none_is_refused(wrong, told):
    with pytest.raises(UserError, match=f"^source=.*: {told}; expected a task, or several different ones as mlm.cola"):
        compose_config([f"source={wrong}"])


def test_an_unknown_task_is_told_with_those_that_are_known():
    with pytest.raises(UserError, match="unknown option task=mlx; choose from cola, mlm"):
        compose_config(["source=mlm+mlx"])


def test_each_source_loads_a_yaml_of_its_own():
    assert with_source_tasks(["task=rte", "source=mlm+cola", "seed=1"])[-2:] == [
        "+task@sources.mlm=mlm",
        "+task@sources.cola=cola",
    ]
    assert with_source_tasks(["source=mlm,cola"]) == ["source=mlm,cola"], "a sweep is taken apart first"
    assert with_source_tasks(["source=null"]) == ["source=null"]


def test_the_task_itself_as_its_source_is_nothing_new():
    assert run_of(compose_config(["task=cola", "source=cola"])) == run_of(compose_config(["task=cola"]))


def test_what_is_set_for_the_target_is_not_set_for_the_source():
    run = run_of(compose_config(["task=cola", "task.metric=accuracy", "source=rte"]))
    assert run.problem.task.metric == "accuracy"
    assert run.ticket.chain == run_of(compose_config(["task=rte"])).ticket.chain


def test_sources_sweep_and_a_cell_typed_alone_is_the_same_run():
    sweep = parse_sweep(["task=cola,rte", "source=mlm,squad,mlm+squad", "sparsity=20,50", "seed=1"])
    assert len(sweep.requested) == 2 * 3 * 2
    for wanted in sweep.requested:
        assert run_of(compose_config(wanted.overrides)) == wanted.run
    finds = [job for job in sweep.plan.jobs if job.name.startswith("find-")]
    assert len(finds) == 3 and all(len(job.makes) == 5 for job in finds)


@pytest.mark.parametrize(
    "common",
    [["source=mlm"], ["source=mlm", "task.metric=accuracy"], ["+source=mlm+squad"], ["source=rte", "rewind=0.1"]],
)
def test_one_source_for_all_cells_of_a_sweep(common):
    sweep = parse_sweep([*common, "task=cola,rte", "subnetwork=imp,random_mask_ticket_ratios", "sparsity=20"])
    assert len(sweep.requested) == 4
    for wanted in sweep.requested:
        assert run_of(compose_config(wanted.overrides)) == wanted.run


def test_what_is_swept_within_the_task_is_not_set_for_the_source():
    sweep = parse_sweep(["task=cola", "task.metric=accuracy,matthews", "source=rte", "sparsity=20"])
    assert [wanted.run.problem.task.metric for wanted in sweep.requested] == ["accuracy", "matthews"]
    for wanted in sweep.requested:
        assert run_of(compose_config(wanted.overrides)) == wanted.run


def test_the_text_of_a_source_is_named_below_the_table():
    sweep = parse_sweep(["experiment=mlm_rewind_ablation", "study.tasks=[cola]"])
    (exhibit,) = sweep.fill_exhibits()
    assert any(note.startswith("The text of mlm: ") for note in exhibit.notes)
