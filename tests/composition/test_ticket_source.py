"""What is typed as ``source=``: a task, several trained together, or nonsense in one line."""

import pytest

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.composition.ticket_source import split_source, with_source_tasks
from lightning_tickets.errors import UserError
from tests.composition.typed import checked_sweep, typed


@pytest.mark.parametrize("tasks", [(), ("mlm",), ("mlm", "cola", "rte")], ids=str)
def test_the_names_in_order(tasks):
    assert split_source("+".join(tasks) or None) == tasks


@pytest.mark.parametrize(
    ("wrong", "problem"),
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
def test_a_task_twice_or_none_is_refused(wrong, problem):
    message = f"^source=.*: {problem}; expected a task, or several different ones as mlm.cola"
    with pytest.raises(UserError, match=message):
        compose_config([f"source={wrong}"])


def test_each_source_loads_a_yaml_of_its_own():
    loaded = with_source_tasks(["task=rte", "source=mlm+cola", "seed=1"])
    assert loaded[-2:] == ["+task@sources.mlm=mlm", "+task@sources.cola=cola"]
    assert with_source_tasks(["source=mlm,cola"]) == ["source=mlm,cola"], "a sweep is taken apart first"
    assert with_source_tasks(["source=null"]) == ["source=null"]


def test_the_task_itself_as_its_source_is_nothing_new():
    assert typed("task=cola", "source=cola") == typed("task=cola")


def test_what_is_set_for_the_target_is_not_set_for_the_source():
    run = typed("task=cola", "task.metric=accuracy", "source=rte")
    assert run.problem.task.metric == "accuracy"
    assert run.ticket.search == typed("task=rte").ticket.search


def test_sources_sweep_and_a_cell_typed_alone_is_the_same_run():
    sweep = checked_sweep("task=cola,rte", "source=mlm,squad,mlm+squad", "sparsity=20,50", "seed=1")
    assert len(sweep.requested) == 2 * 3 * 2
    finds = [job for job in sweep.plan.jobs if job.name.startswith("find-")]
    assert len(finds) == 3 and all(len(job.makes) == 5 for job in finds)


def test_what_is_swept_within_the_task_is_not_set_for_the_source():
    sweep = checked_sweep("task=cola", "task.metric=accuracy,matthews", "source=rte", "sparsity=20")
    assert [request.run.problem.task.metric for request in sweep.requested] == ["accuracy", "matthews"]


def test_the_text_of_a_source_is_named_below_the_table():
    (exhibit,) = parse_sweep(["experiment=mlm_rewind_ablation", "study.tasks=[cola]"]).fill_exhibits()
    assert any(note.startswith("The text of mlm: ") for note in exhibit.notes)
