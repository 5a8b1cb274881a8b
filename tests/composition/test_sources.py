"""What is typed as ``source=``: a task, several trained together, or nonsense in one line."""

from __future__ import annotations

import pytest

from lightning_tickets.composition.compose import composed
from lightning_tickets.composition.single import run_of
from lightning_tickets.composition.sources import names, with_sources
from lightning_tickets.composition.sweep import sweep_of
from lightning_tickets.errors import UserError


def test_the_names_in_order():
    assert names(None) == () and names("mlm") == ("mlm",) and names("mlm+cola+rte") == ("mlm", "cola", "rte")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("mlm+mlm", "mlm is there twice"),
        ("mlm+rte+cola+rte", "rte is there twice"),
        ("''", "that is no task"),
        ("+mlm", "that is no task"),
        ("mlm+", "that is no task"),
        ("[mlm,cola]", "that is no task"),
        ("3", "that is no task"),
    ],
)
def test_a_task_twice_or_none_is_refused(wrong, told):
    with pytest.raises(UserError, match=f"^source=.*: {told}: allowed are a task, and several tasks as mlm.cola"):
        composed([f"source={wrong}"])


def test_an_unknown_task_is_told_with_those_that_are_known():
    with pytest.raises(UserError, match="task=mlx is not known: allowed are cola, mlm"):
        composed(["source=mlm+mlx"])


def test_each_source_loads_a_yaml_of_its_own():
    assert with_sources(["task=rte", "source=mlm+cola", "seed=1"])[-2:] == [
        "+task@sources.mlm=mlm",
        "+task@sources.cola=cola",
    ]
    assert with_sources(["source=mlm,cola"]) == ["source=mlm,cola"], "a sweep is taken apart first"
    assert with_sources(["source=null"]) == ["source=null"]


def test_the_task_itself_as_its_source_is_nothing_new():
    assert run_of(composed(["task=cola", "source=cola"])) == run_of(composed(["task=cola"]))


def test_what_is_set_for_the_target_is_not_set_for_the_source():
    run = run_of(composed(["task=cola", "task.metric=accuracy", "source=rte"]))
    assert run.problem.task.metric == "accuracy"
    assert run.ticket.chain == run_of(composed(["task=rte"])).ticket.chain


def test_sources_sweep_and_a_cell_typed_alone_is_the_same_run():
    sweep = sweep_of(["task=cola,rte", "source=mlm,squad,mlm+squad", "sparsity=20,50", "seed=1"])
    assert len(sweep.wanted) == 2 * 3 * 2
    for wanted in sweep.wanted:
        assert run_of(composed(wanted.overrides)) == wanted.run
    finds = [job for job in sweep.plan.jobs if job.name.startswith("find-")]
    assert len(finds) == 3 and all(len(job.makes) == 5 for job in finds)


@pytest.mark.parametrize(
    "common",
    [["source=mlm"], ["source=mlm", "task.metric=accuracy"], ["+source=mlm+squad"], ["source=rte", "rewind=0.1"]],
)
def test_one_source_for_all_cells_of_a_sweep(common):
    sweep = sweep_of([*common, "task=cola,rte", "subnetwork=imp,random_mask_ticket_ratios", "sparsity=20"])
    assert len(sweep.wanted) == 4
    for wanted in sweep.wanted:
        assert run_of(composed(wanted.overrides)) == wanted.run


def test_what_is_swept_within_the_task_is_not_set_for_the_source():
    sweep = sweep_of(["task=cola", "task.metric=accuracy,matthews", "source=rte", "sparsity=20"])
    assert [wanted.run.problem.task.metric for wanted in sweep.wanted] == ["accuracy", "matthews"]
    for wanted in sweep.wanted:
        assert run_of(composed(wanted.overrides)) == wanted.run


def test_the_text_of_a_source_is_named_below_the_table():
    sweep = sweep_of(["experiment=mlm_rewind_ablation", "study.tasks=[cola]"])
    (exhibit,) = sweep.drawn()
    assert any(note.startswith("The text of mlm: ") for note in exhibit.notes)
