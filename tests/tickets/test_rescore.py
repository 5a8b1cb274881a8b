"""What is stored with a run is enough to compute its metrics again."""

import json

import pytest

from lightning_tickets.tickets.rescore import different, rescore
from lightning_tickets.tickets.result import EXAMPLES, RESULT
from lightning_tickets.tickets.score import score_run


@pytest.mark.parametrize("task", ["cola", "mnli", "stsb", "squad", "mlm"])
def test_every_metric_follows_from_the_stored_predictions(task, context, tiny_run):
    run = tiny_run(
        f"task={task}", "subnetwork=full", "training.steps=1", *(["data.holdout=0.2"] if task == "mnli" else [])
    )
    score_run(run, context)
    stored, again = rescore(context.store, run.name)
    assert again == pytest.approx(dict(stored), abs=1e-9) and not different(stored, again)


def test_a_squad_answer_is_stored_with_its_question_and_gold_answers(context, tiny_run):
    run = tiny_run("task=squad", "subnetwork=full", "training.steps=1")
    score_run(run, context)
    columns = json.loads((context.store.path(run.name) / EXAMPLES).read_text())
    assert len({len(values) for values in columns.values()}) == 1
    assert all(isinstance(one, str) for one in (*columns["id"], *columns["guess"])) and len(set(columns["id"])) > 1
    assert all(isinstance(text, str) for gold in columns["gold"] for text in gold)


def test_another_score_and_another_version_of_the_kind(context, tiny_run):
    run = tiny_run("task=cola", "subnetwork=full", "training.steps=2")
    folder = context.store.path(run.name)
    score_run(run, context)
    result, spec = (json.loads((folder / name).read_text()) for name in (RESULT, "spec.json"))
    result["metrics"]["accuracy"] += 0.01
    (folder / RESULT).write_text(json.dumps(result))
    stored, again = rescore(context.store, run.name)
    assert different(stored, again) == ["accuracy"]
    spec["problem"]["task"]["kind"]["version"] = 99
    (folder / "spec.json").write_text(json.dumps(spec))
    assert rescore(context.store, run.name)[1] == {}
