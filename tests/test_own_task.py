"""The walk-through of docs/own_task.md, typed as it stands."""

import re
import shlex
from pathlib import Path

import pytest

from lightning_tickets.composition.parse_sweep import parse_sweep
from tests.commands import process

TEXT = (Path(__file__).parents[1] / "docs" / "own_task.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"`(my_[\w./-]+)`:\n\n```\w+\n(.*?)```", TEXT, re.DOTALL))
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Where the files of the walk-through lie."""
    place = tmp_path_factory.mktemp("own")
    for name, content in FILES.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(content, encoding="utf-8")
    return place


def test_the_walk_through_has_its_files_and_commands():
    assert sorted(FILES) == [
        "my_conf/task/headlines.yaml",
        "my_conf/task/reviews.yaml",
        "my_data/reviews-dev.csv",
        "my_data/reviews-train.csv",
    ]
    assert [shlex.split(line)[1] for line in COMMANDS] == ["plan", "run", "run"]


def test_every_command_of_the_walk_through(folder):
    told = []
    for line in COMMANDS:
        done = process(folder / "root", *shlex.split(line)[1:])
        assert "warning" not in done.stderr
        told.append(done)
    assert told[0].first.startswith("sweep: 4 distinct trainings")
    assert told[1].last.startswith("reviews-imp-s20-seed1-")
    assert len(list((folder / "root" / "runs").glob("reviews-*"))) == 2 * (1 + 2 + 2)


def test_the_hubs_task_is_planned_without_a_network(folder):
    small = ["training.steps=null", "training.epochs=1", "training.seconds_per_step=1.0", "subnetwork=full"]
    sweep = parse_sweep([f"hydra.searchpath=[file://{folder / 'my_conf'}]", "task=headlines", "data=hub", *small])
    assert [request.seconds for request in sweep.requested] == [120_000 / 32]
