"""A sweep through a real Slurm, with all that happens there, leaves what it leaves in one process, to the byte."""

import json
import os
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from submitit.core.utils import DelayedSubmission

from tests.commands import begin, process
from tests.execution.cluster import Cluster, missing
from tests.tickets.artefacts import content

SWEEP = ["task=cola", "subnetwork=imp,full", "sparsity=20", "seed=1", "training.steps=1200", "data.train_limit=500"]
THROUGH = [
    "hydra/launcher=slurm",
    "hydra.launcher.partition=low",
    "hydra.launcher.cpus_per_task=2",
    "hydra.launcher.poll_s=0.5",
    "hydra.launcher.timeout_min=1",
    "hydra.launcher.warning_s=45",
    "trainer.checkpoint_every=1",
]
PATIENCE = 420

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"Slurm is not installed: {', '.join(missing())}")


@pytest.fixture
def cluster(tmp_path):
    started = Cluster(tmp_path / "slurm")
    try:
        started.up()
        yield started
    finally:
        started.down()


class Events:
    """What is done to the sweep, each as soon as a job of it has a checkpoint."""

    def __init__(self, cluster: Cluster, root: Path) -> None:
        self.cluster, self.root = cluster, root
        self.driver = self.begin()

    def begin(self) -> subprocess.Popen[str]:
        environment = self.cluster.environment | {"LIGHTNING_TICKETS_ROOT": str(self.root)}
        return begin(self.root, "run", "-m", *SWEEP, *THROUGH, env=environment)

    def at_work(self) -> str:
        """Waits for a job that trains; its number."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self.cluster.hurry()
            fresh = [p for p in self.root.rglob("step-*.ckpt") if time.time() - p.stat().st_mtime < 1.5]
            if fresh and (running := self.cluster.running()):
                return next(iter(running))
            assert self.driver.poll() is None, self.driver.communicate()
            time.sleep(0.3)
        raise TimeoutError("nothing trains")

    def driver_is_killed(self) -> None:
        self.at_work()
        self.driver.kill()
        self.driver.communicate()
        before = self.submitted()
        self.driver = self.begin()
        time.sleep(12)
        assert self.submitted() == before and max(before.values()) == 1, "nothing is submitted twice"

    def preempted(self) -> None:
        self.at_work()
        self.cluster.call("sbatch", "-p", "high", "-N2", "--exclusive", "-o", "/dev/null", "--wrap", "sleep 2")
        self.until(lambda: not self.cluster.running())

    def cancelled(self) -> None:
        ident = self.at_work()
        self.cluster.call("scancel", ident)
        self.until(lambda: ident not in self.cluster.running())

    def node_dies(self) -> None:
        ident = self.at_work()
        node = self.cluster.running()[ident]
        self.cluster.kill(node, signal.SIGKILL)
        for path in (self.root / "runs" / ".leases").glob("*/[0-9]*"):
            os.kill(json.loads(path.read_text())["pid"], signal.SIGKILL)
        self.cluster.call("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=killed")
        self.until(lambda: node not in self.cluster.running().values())
        self.cluster.call("slurmd", "-N", node)

    def submitted(self) -> Counter[str]:
        """How often each work has been submitted."""
        folder = self.root / "journal" / "slurm"
        return Counter(DelayedSubmission.load(path).function.item.name for path in folder.glob("*_submitted.pkl"))

    def until(self, holds, seconds=60) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end
            self.cluster.hurry()
            time.sleep(0.5)


def test_a_sweep_survives_what_happens_on_a_cluster(cluster, tmp_path):
    events = Events(cluster, tmp_path / "root")
    try:
        events.driver_is_killed()
        events.preempted()
        events.cancelled()
        events.node_dies()
        events.until(lambda: events.driver.poll() is not None, PATIENCE)
    finally:
        events.driver.kill()
    out, err = events.driver.communicate()
    assert events.driver.returncode == 0, err[-3000:]
    logs = (path.read_text() for path in (tmp_path / "root" / "journal" / "slurm").glob("*_log.*"))
    assert any("Requeued job" in log for log in logs), "a time-out has queued a job again"
    process(tmp_path / "whole", "run", "-m", *SWEEP)
    assert content(tmp_path / "root" / "runs") == content(tmp_path / "whole" / "runs")
