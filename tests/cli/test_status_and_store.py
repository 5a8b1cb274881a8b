"""status and store: where a sweep stands, what is damaged, what can go."""

import io
import json
import re
import shutil
from pathlib import Path

import pytest

from lightning_tickets.runs.lease import Lease
from tests.cli.conftest import SWEEP
from tests.commands import inside


def one(root: Path, pattern: str) -> Path:
    (found,) = (root / "runs").glob(pattern)
    return found


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_finished_sweep_is_done(root):
    done = inside(root, "status", *SWEEP)
    assert done.first == "sweep: 4 of 4 trainings done, 0 running, 0 waiting, 0 failed"
    assert done.last.split() == ["cola", "4", "4", "0", "0", "0", "0"]


def test_what_is_missing_runs_failed_or_waits(root):
    run, ticket = one(root, "cola-imp-s20-*").name, one(root, "find-cola-*/round-02")
    full = one(root, "cola-full-*").name
    name = str(ticket.relative_to(root / "runs"))
    for folder in (root / "runs" / run, root / "runs" / full, ticket):
        shutil.rmtree(folder)
    (root / "failures").mkdir()
    note = {"name": full, "why": "it rained", "command": "lightning-tickets run …", "at": ""}
    (root / "failures" / f"{full}.json").write_text(json.dumps(note))
    (root / "checkpoints" / name).mkdir(parents=True)
    (root / "checkpoints" / name / "step-3-abc.ckpt").touch()
    with Lease.take(root / "runs", name, 60.0):
        found = json.loads(inside(root, "status", *SWEEP, "--json").stdout)
        told = inside(root, "status", *SWEEP).stdout
    assert (found["done"], found["trainings"]) == (1, 4)
    assert list(found["running"]) == [name] and found["running"][name]["step"] == 3
    assert found["failed"] == {full: {"why": "it rained", "command": "lightning-tickets run …"}}
    assert found["waiting"] == {run: name}
    assert told.startswith("sweep: 1 of 4 trainings done, 1 running, 1 waiting, 1 failed\nabout ")
    assert f"running  {name}\n" in told and "checkpoint at step 3\n" in told
    assert f"failed   {full}\n         it rained\n         retry with: lightning-tickets run …\n" in told
    assert re.search(r"\nabout \d+ s left\n", told) and max(map(len, told.splitlines())) <= 80


def test_verify_names_what_is_damaged(root):
    assert inside(root, "store", "verify").last == "4 artefacts, 0 damaged"
    assert (
        inside(root, "store", "verify", "--scores").last
        == "2 runs: 6 metrics recomputed, 0 different, 0 without predictions"
    )
    flip(one(root, "cola-full-*") / "result.json")
    told = inside(root, "store", "verify", status=1).stdout
    assert "result.json: damaged" in told and told.endswith("4 artefacts, 1 damaged\n")


def test_gc_asks_and_removes_only_what_nothing_refers_to(root):
    before = sorted((root / "runs").glob("*"))
    assert inside(root, "store", "gc").last.startswith("0 folders")
    full, imp = one(root, "cola-full-*"), one(root, "cola-imp-*")
    flip(full / "result.json")
    living, dead = root / "runs" / ".draft-a-run-x1", root / "runs" / ".draft-other-x2"
    going, over = root / "checkpoints" / "a-run", root / "checkpoints" / imp.name
    for folder in (living, dead, going, over):
        folder.mkdir(parents=True)
    (going / "step-1-a.ckpt").touch()
    (over / "step-1-a.ckpt").touch()
    with Lease.take(root / "runs", "a-run", 60.0):
        told = inside(root, "store", "gc")
        assert told.last == "nothing removed; --yes removes them" and dead.exists()
        assert set(told.stdout.split()) >= {str(dead), str(over), str(full)} and str(living) not in told.stdout
        inside(root, "store", "gc", "--yes")
        assert living.exists() and going.exists()
    assert not dead.exists() and not over.exists() and not full.exists()
    inside(root, "run", "-m", *SWEEP)
    assert inside(root, "store", "verify").last == "4 artefacts, 0 damaged"
    assert sorted(p for p in (root / "runs").glob("*") if p.name[:6] != ".draft") == before


def test_gc_takes_the_end_of_its_input_for_a_no(root, monkeypatch):
    (root / "runs" / ".draft-other-x3").mkdir()
    closed = io.StringIO()
    closed.isatty = lambda: True
    for stream in (closed, None):
        monkeypatch.setattr("sys.stdin", stream)
        assert inside(root, "store", "gc").last == "nothing removed; --yes removes them"
    inside(root, "store", "gc", "--yes")


def test_list_with_filters(root):
    rows = json.loads(inside(root, "store", "list", "--json").stdout)
    assert sorted(row["row"] for row in rows) == ["find", "find", "full", "imp"]
    (imp,) = json.loads(inside(root, "store", "list", "row=imp", "task=cola", "seed=1", "--json").stdout)
    assert (imp["source"], imp["sparsity"], imp["metric"]) == ("cola", 20, "matthews") and imp["score"] is not None
    assert imp["settings"] == {"training.steps": 6, "data.train_limit": 64, "data.dev_limit": 40}
    assert "  training.steps=6 data.dev_limit=40 data.train_limit=64\n" in inside(root, "store", "list").stdout
    assert inside(root, "store", "list", "task=rte").last.startswith("0 artefacts")
    assert "2 artefacts" in inside(root, "store", "list", "row=find").last


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["store", "burn"], "store: unknown action 'burn'; choose from verify, gc, list"),
        (["store", "list", "colour=red"], "unknown filter 'colour'; choose from name, task, row"),
        (["store", "list", "--scores"], "store list: --scores: only store verify takes it"),
        (["store", "verify", "task=cola"], "task=cola: only store list takes filters"),
    ],
)
def test_mistakes(root, arguments, named):
    assert named in inside(root, *arguments, status=2).stderr
