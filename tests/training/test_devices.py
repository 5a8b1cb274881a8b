"""One run over two processes: the mask is the same in both, and the numbers are those of one process."""

import json
import os
import subprocess
import sys
import time

import pytest

from lightning_tickets.tickets.mask_file import load_ticket
from lightning_tickets.tickets.result import TICKET
from tests.commands import Done, inside

SHORT = ["training.steps=12", "training.batch_size=7", "data.train_limit=60", "data.dev_limit=40", "seed=1"]
RUNS = {
    "classification": ["task=cola", "subnetwork=imp", "sparsity=20", "training.clip=0.5"],
    "span": ["task=squad", "subnetwork=imp", "sparsity=10"],
    "masked_lm": ["task=mlm", "subnetwork=imp", "sparsity=10"],
    "mixed": ["task=rte", "source=cola+stsb", "mix=sampled", "subnetwork=imp", "sparsity=10"],
    "packed": ["task=cola", "subnetwork=full", "training.packed=true"],
    "one_row": ["task=cola", "subnetwork=full", "training.batch_size=1"],
}


def begin_together(root, *arguments):
    """The command under torchrun, with two processes, not waited for."""
    line = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--standalone"]
    environment = os.environ | {"LIGHTNING_TICKETS_ROOT": str(root), "OMP_NUM_THREADS": "1"}
    line += ["-m", "lightning_tickets", "run", *arguments, "trainer.progress=false"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(line, env=environment, cwd=root.parent, **pipes)


def together(root, *arguments, status=0):
    """What the command under torchrun printed."""
    process = begin_together(root, *arguments)
    out, err = process.communicate(timeout=300)
    assert (process.returncode != 0) == (status != 0), err[-4000:]
    return Done(out, err)


@pytest.mark.parametrize("kind", RUNS)
def test_two_processes_end_where_one_does(kind, still, tmp_path):
    arguments = [*SHORT, "model=local", f"model.path={still}", *RUNS[kind]]
    done = together(tmp_path / "both", *arguments)
    line = inside(tmp_path / "one", "run", *arguments).last
    assert done.stdout.count(name := line.split()[0]) == 1 and done.stdout.splitlines()[-1].startswith(name)
    for result in (tmp_path / "one" / "runs").rglob("result.json"):
        other = tmp_path / "both" / result.relative_to(tmp_path / "one")
        one, both = (json.loads(path.read_text()) for path in (result, other))
        assert one["metrics"] == pytest.approx(both["metrics"], abs=0.03) and one["kept"] == both["kept"]
    for ticket in (tmp_path / "one" / "runs").rglob(TICKET):
        one, _ = load_ticket(ticket)
        both, _ = load_ticket(tmp_path / "both" / ticket.relative_to(tmp_path / "one"))
        differing = sum(int((one[name] != both[name]).sum()) for name in one)
        assert differing <= 1e-4 * sum(m.numel() for m in one.values())
    assert not list((tmp_path / "both").rglob(".draft-*"))


def test_sigterm_stops_both_processes_at_a_checkpoint(tmp_path):
    """No process waits for the other until torchrun kills it, after 30 seconds."""
    root = tmp_path / "root"
    line = ["task=cola", "subnetwork=full", "training.steps=20000", "data.train_limit=60", "seed=1", "logger=csv"]
    torchrun = begin_together(root, *line, "trainer.checkpoint_every=3600")
    until = time.monotonic() + 120
    while not list(root.rglob("metrics.csv")) and time.monotonic() < until:
        time.sleep(0.1)
    began = time.monotonic()
    torchrun.terminate()
    _, err = torchrun.communicate(timeout=120)
    assert torchrun.returncode and time.monotonic() - began < 25, err[-4000:]
    assert len(list((root / "checkpoints").rglob("step-*.ckpt"))) == 1, err[-4000:]


def test_sweeps_have_workers_instead(still, tmp_path):
    done = together(tmp_path / "root", "-m", *RUNS["classification"], status=2)
    assert "torchrun is for single runs" in done.stderr and not (tmp_path / "root").exists()


def test_a_sweep_trains_a_run_on_several_devices(still, tmp_path):
    """As torchrun does for a single run; the driver and its worker stay single processes."""
    arguments = [*SHORT, "model=local", f"model.path={still}", *RUNS["classification"]]
    inside(tmp_path / "sweep", "run", "-m", *arguments, "hydra.launcher.gpus_per_job=2")
    together(tmp_path / "both", *arguments)
    results = [sorted((tmp_path / at / "runs").rglob("result.json")) for at in ("sweep", "both")]
    one, both = ([path.read_bytes() for path in paths] for paths in results)
    assert one == both and len(one) > 1


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("hydra.launcher.gpus_per_job=0", "hydra.launcher.gpus_per_job=0: expected an integer >= 1"),
        ("hydra.launcher.gpus=[0,1,2]", "hydra.launcher.gpus_per_job=2: expected a divisor of the 3 gpus"),
    ],
)
def test_a_wrong_number_of_devices_is_refused(tmp_path, override, message):
    line = ["task=cola", "seed=1", "hydra.launcher.gpus_per_job=2", override]
    assert message in inside(tmp_path / "root", "run", "-m", *line, status=2).stderr
