"""`wandb push` and `wandb dashboard`: what W&B gets of a store, offline and online, and that it gets it once."""

import json
import shutil
from pathlib import Path

import pytest

from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.dashboards.exhibits import curves_of
from lightning_tickets.runs.lease import leases
from lightning_tickets.studies.measurement import Exhibit, Measurement
from tests.commands import SHORT, inside
from tests.tickets.artefacts import content
from tests.wandb_server import KEY, offline_runs, running_server

STUDY = ["experiment=figure11", "study.tasks=[cola]", "study.seeds=[1,2]", *SHORT]
AXES = ["study.exhibits.figure11.sparsities=[10,20]", "study.exhibits.figure11.rows=[full,imp]"]
SECRET = "do-not-tell-5f1d"
server = pytest.fixture(running_server)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("made") / "root"
    inside(root, "run", "-m", *STUDY, *AXES)
    return root


@pytest.fixture
def root(made, tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("SECRET_OF_THE_ENVIRONMENT", SECRET)
    return Path(shutil.copytree(made, tmp_path / "root"))


def push(root, *options, status=0):
    return inside(root, "wandb", "push", *STUDY, *AXES, *options, status=status)


def test_every_run_is_pushed_once(root, server):
    before = content(root / "runs")
    online = ["mode=online", "project=mine", "entity=team"]
    assert push(root, *online).last == "8 runs sent, 0 unchanged since they were sent"
    assert not server.unknown and content(root / "runs") == before
    sweep = parse_sweep([*STUDY, *AXES, f"paths.root={root}"])
    runs = {request.run.name: request.run for request in sweep.requested}
    searches = {run.ticket.search.name for run in runs.values() if run.ticket}
    kinds = {run.told["displayName"]: run.told["jobType"] for run in server.runs.values()}
    study = next(name for name in kinds if name.startswith("study-"))
    assert kinds == dict.fromkeys(runs, "train") | dict.fromkeys(searches, "find") | {study: "report"}
    for name, run in runs.items():
        sent, result = server.runs[name[-8:]], sweep.reader.result(run)
        assert sent.told["groupName"] == run.group and (sent.told["project"], sent.exit_code) == ("mine", 0)
        assert sent.told["tags"][:3] == ["study:figure11", "task:cola", f"row:{run.row}"]
        assert sent.summary["score"] == result.score and sent.summary["seconds"] > 0
        assert {f"dev/{m}": v for m, v in result.metrics.items()}.items() <= sent.summary.items()
        assert (sent.config["sparsity"], sent.config["seed"]) == (run.percent, run.seed)
        assert sent.used == ([run.ticket.name.replace("/", "-")] if run.ticket else [])
    assert len({server.runs[name[-8:]].told["groupName"] for name in runs}) == 3, "a cell is a group of two seeds"
    (search,) = searches
    rounds = server.runs[search[-8:]].history
    assert [(row["round"], row["sparsity"]) for row in rounds] == [(1, 0), (2, 10)]
    found = {one["artifactCollectionName"] for one in server.artifacts.values() if one["runName"] == search[-8:]}
    assert found == {f"{search}-round-01", f"{search}-round-02"}
    assert KEY.encode() not in server.everything and SECRET.encode() not in server.everything
    assert not any(str(root) in f"{run.told} {run.summary} {run.history}" for run in server.runs.values())
    count = len(server.everything)
    assert push(root, *online).last == "0 runs sent, 8 unchanged since they were sent"
    assert b"upsertBucket" not in server.everything[count:]
    push(root, *online, "--again")
    assert server.runs[search[-8:]].history == rounds, "no round is there twice"
    assert "means/figure11/cola_table" in server.runs[study].summary
    del server.runs[search[-8:]]
    push(root, *online, "--again")
    assert [row["round"] for row in server.runs[search[-8:]].history] == [1, 2], "also where the server has lost it"


def test_curves_are_of_one_metric_at_several_sparsities():
    def exhibit(*cells):
        measurements = tuple(Measurement("imp", "qqp", metric, at, (0.8,)) for metric, at in cells)
        return Exhibit("table6", "Table 6", "Both metrics.", "table", ("imp",), ("qqp",), measurements)

    assert not curves_of(exhibit(("accuracy", 0.5), ("f1", 0.7)))
    both = curves_of(exhibit(("accuracy", 0.5), ("f1", 0.5), ("f1", 0.7)))
    assert both == {"means/table6/qqp/f1": {"imp": ((50.0, 0.8), (70.0, 0.8))}}
    assert set(curves_of(exhibit(("f1", 0.5), ("f1", 0.7)))) == {"means/table6/qqp"}


def test_the_exhibits_are_a_run_with_tables_curves_and_pictures(root):
    push(root)
    (study,) = (run for run in offline_runs(root) if run.told["job_type"] == "report")
    assert study.config["overrides"] == SHORT
    (means,) = (root / "wandb").glob("offline-run-*/files/media/table/means/figure11/cola_table*.json")
    points = {tuple(line[:2]) for line in json.loads(means.read_text())["data"]}
    assert points == {(0, "full"), (10, "imp"), (20, "imp")}
    shown = study.history[-1]
    assert (shown["cells/figure11.ncols"], shown["cells/figure11.nrows"]) == (11, 3)
    assert shown["exhibits/figure11.format"] == "png"
    (table,) = (root / "wandb").glob(f"offline-run-*/files/{shown['cells/figure11.path']}")
    cells = json.loads(table.read_text())
    n, verdict = cells["columns"].index("n"), cells["columns"].index("verdict")
    assert [(line[0], line[n]) for line in cells["data"]] == [("full", 2), ("imp", 2), ("imp", 2)]
    assert cells["data"][0][verdict] == "" and cells["data"][1][verdict] != ""


def test_offline_only_what_is_new_is_written(root):
    last = push(root).last
    assert last == f"upload them with: wandb sync {root / 'wandb'}/offline-run-*"
    (search,) = (run for run in offline_runs(root) if run.told["job_type"] == "find")
    assert [row["round"] for row in search.history] == [1, 2] and len(search.artifacts) == 2
    assert push(root).last == "0 runs sent, 8 unchanged since they were sent"
    other = ["wandb", "push", "task=cola", "subnetwork=imp", "sparsity=10", "seed=1,2", *SHORT]
    assert inside(root, *other).stdout.startswith("3 runs sent, 0 unchanged"), "they have a further tag"
    again = [run for run in offline_runs(root) if run.told["id"] == search.told["id"]][-1]
    assert again.told["tags"] and not any("round" in row for row in again.history)
    assert not dict(leases(root / "runs"))


def test_what_is_damaged_is_named_and_the_rest_is_pushed(root):
    result = next((root / "runs").glob("cola-full-seed1-*/result.json"))
    result.write_text(result.read_text().replace("1", "2"))
    done = push(root, status=1)
    assert "7 runs sent" not in done.stderr and f"{result}: damaged" in done.stderr
    assert done.stdout.startswith("7 runs sent, 0 unchanged")


def test_a_server_that_refuses_is_one_line(root, server):
    server.refuses = True
    done = push(root, "mode=online", status=1)
    assert "not sent (" in done.stderr and "Traceback" not in done.stderr
    assert done.stdout.startswith("0 runs sent")
    done = inside(root, "wandb", "dashboard", *STUDY, *AXES, status=1)
    assert "wandb dashboard: not saved (" in done.stderr and done.stdout == ""


def test_a_dashboard_is_saved_and_changed_in_place(root, server):
    push(root, "mode=online", "project=mine")
    line = ["wandb", "dashboard", *STUDY, *AXES, "project=mine"]
    workspace, report = inside(root, *line).stdout.splitlines()
    assert workspace.startswith(f"{server.url}/me/mine?nw=") and "/me/mine/reports/" in report
    assert inside(root, *line).stdout.splitlines() == [workspace, report]
    assert len(server.views) == 2 and not server.unknown
    inside(root, *line, "--out", str(root / "dashboard.json"))
    specs = json.loads((root / "dashboard.json").read_text())
    sections = specs["workspace"]["section"]["panelBankConfig"]["sections"]
    names = [one["name"] for one in sections]
    assert names == ["Score against sparsity", "Transfer", "Judged cells", "Searches", "Training", "Cost"]
    headings = [one["children"][0]["text"] for one in specs["report"]["blocks"] if one["type"] == "heading"]
    assert headings == names
    text = json.dumps(specs)
    assert "study:figure11" in text and "means/figure11/cola_table" in text and "cells/figure11" in text
    assert all(len(one["panels"]) >= 1 for one in sections)
