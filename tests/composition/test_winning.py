"""Winning sparsities that a study looks up in the store, and the seeds that each scale gives its exhibits."""

import json

import pytest

from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.runs.store import Store
from lightning_tickets.tickets.result import Result
from tests.commands import inside

STSB = ["experiment=table6", "study.tasks=[stsb]"]
WOBBLE = {1: -0.02, 2: 0.0, 3: 0.02}


@pytest.fixture
def curves(tmp_path):
    """A store with STS-B's curve: tickets win up to 50 % by Pearson's correlation and up to 40 % by Spearman's."""
    store = Store(tmp_path / "root" / "runs")
    sweep = parse_sweep(["task=stsb", "sparsity=winning_own", "seed=1,2,3"])
    for run in dict.fromkeys(request.run for request in sweep.requested):
        drops = {"pearson": 0.3 * (run.percent > 50), "spearman": 0.3 * (run.percent > 40)}
        metrics = {name: 0.8 + WOBBLE[run.seed] - drop for name, drop in drops.items()}
        with store.publish(run.name, run) as folder:
            Result("pearson", metrics, (), 10, 100).write(folder, 1.0, "a processor")
    return tmp_path / "root"


def test_each_metric_has_its_own_winning_sparsity(curves):
    plan = inside(curves, "plan", *STSB).stdout
    *_, pearson, spearman, explained, _ = plan.splitlines()
    assert (pearson.split(), spearman.split()) == (["stsb", "pearson", "50"], ["stsb", "spearman", "40"])
    assert explained.startswith("In %, the highest sparsity") and "(winning_own)" in plan
    summary = json.loads(inside(curves, "plan", *STSB, "--json").stdout)
    assert [(one["metric"], one["percent"]) for one in summary["winning"]] == [("pearson", 50), ("spearman", 40)]
    tickets = {r.run.percent for r in parse_sweep([*STSB, f"paths.root={curves}"]).requested if r.cell in table(curves)}
    assert tickets == {0, 40, 50}


def table(root):
    sweep = parse_sweep([*STSB, f"paths.root={root}"])
    return sweep.exhibits[0].cells(sweep.winning_sparsity)


@pytest.mark.parametrize(("scale", "tables", "figures"), [("pocket", 3, 3), ("small", 5, 3), ("paper", 5, 3)])
def test_the_scale_says_how_many_runs_each_exhibit_has(scale, tables, figures):
    sweep = parse_sweep(["experiment=paper", f"scale={scale}"], assume_published=True)
    for exhibit in sweep.exhibits:
        assert len(exhibit.seeds) == (tables if exhibit.name.startswith("table") else figures), exhibit.name


def test_study_seeds_are_those_of_every_exhibit():
    sweep = parse_sweep(["experiment=paper", "study.seeds=[7,8]"], assume_published=True)
    assert {tuple(exhibit.seeds) for exhibit in sweep.exhibits} == {(7, 8)}


def test_a_plan_names_the_seeds_of_each_exhibit(tmp_path):
    study = ["experiment=demo", "seeds.figures=[1,2]"]
    studies = json.loads(inside(tmp_path / "root", "plan", *study, "--json").stdout)["studies"]
    assert {name: one["seeds"] for name, one in studies.items()} == {"table2": [1, 2, 3], "figure11": [1, 2]}


def test_full_networks_need_no_winning_sparsity(tmp_path):
    sweep = parse_sweep(["task=cola", "subnetwork=full", "sparsity=winning", "seed=1,2", f"paths.root={tmp_path}"])
    assert {request.cell.subnetwork for request in sweep.requested} == {"full"} and len(sweep.requested) == 2
