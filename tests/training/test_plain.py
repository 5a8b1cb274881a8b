"""Whole trainings without dropout end where the plain way does: packed, and without what no score depends on."""

import json

import pytest

from tests.commands import inside

SHORT = [
    "training.steps=40",
    "data.train_limit=200",
    "data.dev_limit=100",
    "training.pool=1",
    "subnetwork=full",
    "seed=1",
]


@pytest.mark.parametrize("task", ["cola", "stsb", "squad"])
def test_a_setting_that_is_only_faster_gives_the_plain_score(task, still, tmp_path):
    """Up to rounding: at most one of the examples is scored differently."""
    line = [f"task={task}", *SHORT, "model=local", f"model.path={still}"]
    ways = {"plain": [], "packed": ["training.packed=true"], "unread": ["training.unread=skip"]}
    for name, setting in ways.items():
        inside(tmp_path / name, "run", *line, *setting)
    results = {name: next((tmp_path / name).rglob("result.json")) for name in ways}
    metrics = {name: json.loads(path.read_text())["metrics"] for name, path in results.items()}
    assert metrics["packed"] == pytest.approx(metrics["plain"], abs=0.01 + 0.02 * (task == "cola"))
    assert metrics["unread"] == pytest.approx(metrics["plain"], abs=0.01 + 0.02 * (task == "cola"))
    assert len({path.parent.name for path in results.values()}) == 3, "each is part of the name"
