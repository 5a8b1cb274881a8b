"""The commands as a user types them: real Hydra runs, on trainings of a few steps."""

import csv
import html
import json
import shlex
import shutil
import time
from pathlib import Path

import pytest

from tests.commands import SHORT, inside, process
from tests.tickets.artefacts import content
from tests.wandb_server import read_offline


@pytest.fixture(scope="module")
def swept(tmp_path_factory) -> Path:
    """A small multirun over both cores: two tasks, three rows, two seeds."""
    root = tmp_path_factory.mktemp("swept") / "root"
    sweep = ["task=cola,mlm", "subnetwork=full,imp,random_mask", "sparsity=20", "seed=1,2", *SHORT]
    done = process(root, "run", "-m", *sweep, "hydra.launcher.n_jobs=2")
    runs, table = done.stdout.split("\n\n")
    assert [len(line.split()) for line in runs.splitlines()] == [3] * (2 * 3 * 2)
    cells = [line.split()[:2] for line in table.splitlines()[1:]]
    assert cells == [[task, row] for task in ("cola", "mlm") for row in ("full", "imp", "random_mask")]
    assert max(map(len, table.splitlines())) <= 80 and all(line.split()[-1] == "2" for line in table.splitlines()[1:])
    return root


@pytest.fixture(scope="module")
def single(tmp_path_factory) -> tuple[Path, str]:
    """One cell typed alone, its ticket included; the root and the last line."""
    root = tmp_path_factory.mktemp("single") / "root"
    cell = ["task=cola", "subnetwork=imp", "sparsity=20", "seed=1"]
    return root, process(root, "run", *cell, *SHORT, "logger=csv").last


def test_the_last_line_is_run_metric_score(single):
    root, line = single
    name, metric, score = line.split()
    assert name.startswith("cola-imp-s20-seed1-") and metric == "matthews"
    result = json.loads((root / "runs" / name / "result.json").read_text())
    assert f"{result['metrics']['matthews']:.4f}" == score


def test_a_cell_alone_and_in_a_sweep_is_the_same_to_the_byte(single, swept):
    """Another process, another launcher, another root: the same names, the same bytes."""
    alone, both = content(single[0] / "runs"), content(swept / "runs")
    assert len(alone) == 2 * 4 + 4  # two rounds and a run
    assert alone == {name: both[name] for name in alone}


def test_a_second_invocation_trains_nothing(swept):
    before = {path: path.stat().st_mtime_ns for path in (swept / "runs").rglob("*")}
    sweep = ["task=cola,mlm", "subnetwork=full,imp,random_mask", "sparsity=20", "seed=1,2", *SHORT]
    inside(swept, "run", "-m", *sweep)
    inside(swept, "run", "task=cola", "subnetwork=imp", "sparsity=20", "seed=1", *SHORT)
    assert {path: path.stat().st_mtime_ns for path in (swept / "runs").rglob("*")} == before


def test_going_on_to_a_higher_sparsity_keeps_the_rounds_there_are(swept):
    rounds = content(swept / "runs")
    inside(swept, "run", "job=find", "task=cola", "sparsity=30", *SHORT)
    after = content(swept / "runs")
    assert {name: after[name] for name in rounds} == rounds
    new = {str(Path(name).parent.name) for name in set(after) - set(rounds)}
    assert new == {"round-03"}


def test_controls_keep_as_many_weights_as_the_ticket(swept):
    kept = set()
    for path in (swept / "runs").glob("*-s20-*/result.json"):
        result = json.loads(path.read_text())
        kept.add((result["kept"], result["prunable"]))
    ((kept_weights, prunable),) = kept
    assert kept_weights == prunable - round(prunable * 0.2)


def test_curves_as_csv(single):
    root, line = single
    curves = sorted((root / "curves").rglob("metrics.csv"))
    assert sorted(p.parent.name for p in curves) == [line.split()[0], "round-01", "round-02"]
    for path in curves:
        header, *rows = path.read_text().splitlines()
        assert {"train/loss", "dev/matthews"} <= set(header.split(",")) and rows


def test_wandb_offline_has_one_run_a_training_or_search(tmp_path):
    root = tmp_path / "root"
    cell = ["task=cola", "subnetwork=imp", "sparsity=10", "seed=1", "logger=wandb"]
    line = inside(root, "run", *cell, *SHORT).last
    runs = sorted((root / "curves" / "wandb").glob("offline-run-*"))
    ids = {path.name.removeprefix("offline-run-").partition("-")[2] for path in runs}
    found = next((root / "runs").glob("find-*")).name
    assert len(runs) == 2
    assert ids == {line.split()[0][-8:], found[-8:]}
    for path in runs:
        (log,) = path.glob("*.wandb")
        until = time.monotonic() + 60  # W&B's own process may still be writing when the run has ended
        while not (run := read_offline(log)).summary and time.monotonic() < until:
            time.sleep(0.5)
        assert {"train/loss", "score", "dev/matthews"} <= run.summary.keys()


def test_plan_says_what_exists_and_what_is_missing(swept):
    sweep = ["task=cola", "subnetwork=imp,shuffled_weights", "sparsity=20", "seed=1,2", *SHORT]
    found = json.loads(inside(swept, "plan", *sweep, "--json").stdout)
    assert (found["trainings"], found["missing"], found["requested"]) == (2 + 4, 2, 4 * 3)
    assert {job["name"].rpartition("-")[0] for job in found["jobs"] if job["missing"]} == {
        "cola-shuffled-weights-s20-seed1",
        "cola-shuffled-weights-s20-seed2",
    }
    assert found["operations"]["at_most"] is False
    told = inside(swept, "plan", *sweep)
    rated = inside(swept, "plan", *sweep, "trainer.device_tflops=1e-6", "--json")
    assert json.loads(rated.stdout)["seconds"] == round(found["operations"]["count"] / 1e6)
    assert "2 missing" in told.first and max(map(len, told.stdout.splitlines())) <= 80
    assert [line.split()[:4] for line in told.stdout.splitlines()[-3:]] == [
        ["ticket", "searches", "1", "2"],
        ["imp", "2", "2", "0"],
        ["shuffled_weights", "2", "2", "2"],
    ]
    jobs = inside(swept, "plan", *sweep, "--jobs").stdout.splitlines()[-len(found["jobs"]) :]
    assert [line.split()[0] for line in jobs] == [job["name"] for job in found["jobs"]]


def test_a_study_draws_its_tables_and_a_page(tmp_path):
    root = tmp_path / "root"
    small = ["study.tasks=[cola]", "study.seeds=[1,2]", "study.exhibits.figure11.sparsities=[10]"]
    study = ["experiment=demo", *small, "study.exhibits.table2.sparsities=[10]", *SHORT]
    report = root / "reports" / "demo"
    told = inside(root, "report", *study).stdout
    fills = f"Missing runs are made by: lightning-tickets run -m {shlex.join(study)}"
    assert fills in told and fills in html.unescape((report / "index.html").read_text())
    assert "missing" in (report / "table2.md").read_text(), "a report before any run marks what is not there"
    done = inside(root, "run", "-m", *study)
    assert done.last == str(report / "index.html") and "| CoLA |" in done.stdout
    expected = {f"table2.{s}" for s in ("csv", "md", "tex")} | {f"figure11.{s}" for s in ("png", "svg", "csv")}
    expected |= {f"{name}.tests.{s}" for name in ("table2", "figure11") for s in ("csv", "md")}
    expected |= {f"table2_over_tasks.{s}" for s in ("csv", "md", "tex")}
    expected |= {f"table2_profiles.{s}" for s in ("png", "svg", "csv", "md")}
    expected |= {"table2.paper.csv", "table2.paper.md"}
    assert {path.name for path in report.iterdir()} == expected | {"index.html", "report.json"}
    assert (report.parent / "index.html").is_file(), "and the page of all experiments"
    sections = [section["table"]["name"] for section in json.loads((report / "report.json").read_text())["sections"]]
    assert sections == ["table2", "table2_over_tasks", "table2_profiles", "figure11"]
    together = list(csv.DictReader((report / "table2_over_tasks.csv").read_text().splitlines()))
    assert [line["Row"] for line in together] == ["full", "imp", "random_mask", "random_weights", "shuffled_weights"]
    header, *lines = csv.reader((report / "table2.csv").read_text().splitlines())
    assert header == "row statistic sparsity task metric value std kind n overrides".split()
    assert sum(line[1] == "mean" for line in lines) == 5 and all(line[-2] == "2" for line in lines)
    full, *_ = csv.DictReader((report / "table2.paper.csv").read_text().splitlines())
    assert full["Paper"] == "54.50", "as table 2 prints it"
    assert full["overrides"] == lines[0][-1] == " ".join(study[1:])
    assert "missing" not in (report / "table2.md").read_text()
    before = content(report)
    inside(root, "report", *study)
    assert content(report) == before


@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_a_damaged_artefact_is_named_and_never_used(single, tmp_path, damage):
    root = tmp_path / "root"
    shutil.copytree(single[0], root)
    ticket = next((root / "runs").glob("find-*/round-02/ticket.safetensors"))
    shutil.rmtree(next((root / "runs").glob("cola-imp-*")))
    data = bytearray(ticket.read_bytes())
    data[-1] ^= 1
    if damage == "remove":
        ticket.unlink()
    else:
        ticket.write_bytes(bytes(data) if damage == "flip" else bytes(data[: len(data) // 2]))
    done = inside(root, "run", "task=cola", "subnetwork=imp", "sparsity=20", "seed=1", *SHORT, status=2)
    assert str(ticket.parent) in done.stderr and "damaged" in done.stderr and done.stderr.count("\n") == 1
    assert not list((root / "runs").glob("cola-imp-*"))


def test_a_sweep_finds_where_tickets_win_and_goes_on_from_there(tmp_path):
    """One command: the curves, then the cells at the sparsity that they show; again it trains nothing."""
    root = tmp_path / "root"
    study = ["experiment=table7", "study.tasks=[cola]", "study.seeds=[1,2]", "schedule.per_round=10", *SHORT]
    before = inside(root, "plan", *study).stdout
    assert "until their curves have run" in before
    process(root, "run", "-m", *study, "hydra.launcher.n_jobs=2")
    curve = {path.name.split("-s")[1][:2] for path in (root / "runs").glob("cola-imp-s*")}
    assert curve == {str(percent) for percent in range(10, 100, 10)}
    header, *lines = (root / "reports" / "table7" / "table7.csv").read_text().splitlines()
    means = {line.split(",")[0]: line.split(",") for line in lines if ",mean," in line}
    scores = {row: float(line[5]) for row, line in means.items()}
    assert set(means) >= {"full"} and header.startswith("row,statistic,sparsity")
    if "imp" in means:  # where no ticket wins there is no such cell
        assert means["imp"][2] == means["imp_mlm"][2] and scores["imp"] >= scores["full"] - float(means["full"][6] or 0)
        assert len(list((root / "runs").glob("cola-imp-of-mlm-*"))) == 2
    runs = content(root / "runs")
    assert "0 missing" in inside(root, "plan", *study).first
    inside(root, "run", "-m", *study)
    assert content(root / "runs") == runs


def test_claims_are_held_against_the_runs(tmp_path):
    done = inside(tmp_path / "root", "claims", "study.tasks=[cola]", "study.exhibits.table8.tasks=[cola]")
    assert done.stdout.count("CANNOT BE TOLD") == 8, "nothing has run"
    found = json.loads(inside(tmp_path / "root", "claims", "--json", "study.tasks=[cola]").stdout)
    assert [claim["verdict"] for claim in found] == ["cannot be told"] * 8
    assert not (tmp_path / "root").exists()


def test_a_plan_of_several_studies_says_what_sharing_saves(tmp_path):
    study = ["experiment=paper", "study.tasks=[cola,mlm]", "study.seeds=[1]"]
    found = json.loads(inside(tmp_path / "root", "plan", "--json", *study).stdout)
    alone = sum(counted["trainings"] for counted in found["studies"].values())
    assert found["trainings"] < alone < found["requested"] and not found["settled"]
    assert {"table1", "table8", "figure2", "figure11"} <= set(found["studies"])
    told = inside(tmp_path / "root", "plan", *study).stdout.splitlines()
    assert told[0].startswith(f"paper: {found['trainings']} distinct trainings, {found['missing']} missing, about ")
    assert f"({alone} study by study, {found['requested']} if nothing were shared)" in told
    assert len(told) < 60 and max(map(len, told)) <= 80
    assert [line.split()[0] for line in told[told.index("") + 2 :]][: len(found["studies"])] == [*found["studies"]]
