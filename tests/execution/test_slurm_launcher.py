"""The Slurm launcher's view of the queue and of the files that jobs leave, with stand-ins for Slurm's programs."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from hydra import compose, initialize_config_dir
from submitit.core.utils import JobPaths, cloudpickle_dump

from lightning_tickets.composition.compose import conf_dir
from lightning_tickets.errors import UserError
from lightning_tickets.execution.job import JobResult, WorkItem
from lightning_tickets.execution.launcher import make_launcher
from lightning_tickets.runs.store import Store

SLURM = ["hydra/launcher=slurm", "hydra.launcher.poll_s=0", "hydra.launcher.limit=3"]
PROGRAMS = {
    "srun": "",
    "squeue": """awk -v states=",$8," 'index(states, "," $2 ",") {print $1}' "$FAKE_SLURM/queue\"""",
    "sbatch": 'n=$(($(ls "$FAKE_SLURM" | grep -c sbatch-) + 1)); cp "$1" "$FAKE_SLURM/sbatch-$n"; '
    'echo "Submitted batch job $n"',
}


@pytest.fixture
def slurm(tmp_path, monkeypatch):
    """The folder with the queue and the submitted scripts."""
    for name, line in PROGRAMS.items():
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("FAKE_SLURM", str(tmp_path / "slurm"))
    (tmp_path / "slurm").mkdir()
    (tmp_path / "slurm" / "queue").touch()
    return tmp_path / "slurm"


@pytest.fixture
def launcher(slurm, tmp_path):
    """A launcher as a driver makes it."""

    def make(*overrides):
        lines = [f"paths.root={tmp_path / 'root'}", *SLURM, *overrides]
        with initialize_config_dir(str(conf_dir()), version_base="1.3"):
            return make_launcher("slurm", compose("config", lines, return_hydra_config=True).hydra.launcher)

    return make


def items(root, *names):
    return [WorkItem(name, f"run {name}", name, SimpleNamespace(store=Store(root / "runs"))) for name in names]


def queue(slurm: Path, *idents: str, state: str = "R") -> None:
    (slurm / "queue").write_text("".join(f"{ident} {state}\n" for ident in idents))


def leave(launcher, ident, state, value):
    """What submitit writes when a job ends."""
    cloudpickle_dump((state, value), JobPaths(launcher.folder, ident).result_pickle)


def test_a_job_has_ended_when_it_has_left_the_queue(launcher, slurm, tmp_path):
    with launcher() as own:
        own.submit(items(tmp_path, "good", "bad", "lost"))
        assert own.free() == 0
        queue(slurm, "1_0", "1_1", "1_2")
        assert own.poll() == []
        leave(own, "1_0", "success", JobResult("done", "good accuracy 0.5"))
        leave(own, "1_1", "error", "Traceback …\nModuleNotFoundError: torch")
        queue(slurm, "7_0")
        assert own.poll() == [
            ("good", JobResult("done", "good accuracy 0.5")),
            ("bad", JobResult("failed", "ModuleNotFoundError: torch")),
            ("lost", None),
        ]
        assert own.free() == 3
    (note,) = (tmp_path / "failures").iterdir()
    assert json.loads(note.read_text())["why"] == "ModuleNotFoundError: torch"


@pytest.mark.parametrize("state", ["PD", "R", "CG"])
def test_a_job_that_is_requeued_is_not_lost(launcher, slurm, tmp_path, state):
    with launcher() as own:
        own.submit(items(tmp_path, "requeued"))
        queue(slurm, "1", state=state)
        assert own.poll() == []
        queue(slurm, "1", state="CD")
        assert own.poll() == [("requeued", None)]


def test_a_new_driver_adopts_the_jobs_that_are_in_the_queue(launcher, slurm, tmp_path):
    with launcher() as first:
        first.submit(items(tmp_path, "gone", "running"))
    queue(slurm, "1_1")
    with launcher() as second:
        second.submit(items(tmp_path, "running", "gone"))
        assert sorted(path.name for path in slurm.glob("sbatch-*")) == ["sbatch-1", "sbatch-2"]
        queue(slurm, "2")
        leave(second, "1_1", "success", JobResult("done"))
        assert second.poll() == [("running", JobResult("done"))]


def test_options_become_parameters_of_sbatch(launcher, slurm, tmp_path):
    with launcher("hydra.launcher.mem_gb=8", "hydra.launcher.timeout_min=90", "+hydra.launcher.further.nice=5") as own:
        own.submit(items(tmp_path, "a"))
    text = (slurm / "sbatch-1").read_text()
    options = "--mem=8GB --time=90 --nice=5 --requeue --cpus-per-task=4 --job-name=lightning-tickets".split()
    assert {f"#SBATCH {option}" for option in options} <= set(text.splitlines())
    assert "--partition" not in text and "gpus" not in text
    assert own.folder == tmp_path / "root" / "journal" / "slurm"


@pytest.mark.parametrize(
    ("overrides", "option"),
    [([], "1"), (["hydra.launcher.gpus_per_job=4"], "4"), (["hydra.launcher.gpus_per_node=8"], "8")],
)
def test_a_job_of_trainer_gpu_asks_for_its_gpus(launcher, slurm, tmp_path, overrides, option):
    with launcher("trainer=gpu", *overrides) as own:
        own.submit(items(tmp_path, "a"))
    assert f"#SBATCH --gpus-per-node={option}" in (slurm / "sbatch-1").read_text()


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("hydra.launcher.limit=0", "hydra.launcher.limit=0: expected an integer >= 1"),
        ("+hydra.launcher.memory=8", "hydra/launcher=slurm: Unavailable parameter(s): ['memory']"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_is_written(launcher, tmp_path, override, message):
    with pytest.raises(UserError) as refused:
        launcher(override)
    assert str(refused.value).startswith(message) and "\n" not in str(refused.value)
    assert not (tmp_path / "root").exists()


def test_without_slurm_it_says_so(launcher, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError, match='hydra/launcher=slurm: Could not detect "srun"'):
        launcher()
