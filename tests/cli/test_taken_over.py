"""A single run whose lease another worker has taken over in the meantime, as while a laptop sleeps."""

import shutil
import threading
import time
from pathlib import Path

import pytest

from lightning_tickets.cli.main import main
from lightning_tickets.errors import Busy
from lightning_tickets.runs.lease import Lease
from tests.commands import SHORT, inside

CELL = ["task=cola", "subnetwork=imp", "sparsity=10", "seed=1", *SHORT]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """What the other worker makes."""
    root = tmp_path_factory.mktemp("other") / "root"
    inside(root, "run", *CELL)
    return root


@pytest.fixture
def taken_over(made, tmp_path, monkeypatch):
    """When the first artefact is to be published, another worker has its lease, and publishes it some seconds later."""
    root, check, threads = tmp_path / "root", Lease.check, []

    def after(seconds: float) -> Path:
        def checked(lease: Lease) -> None:
            monkeypatch.setattr(Lease, "check", check)
            name = lease.folder.name.replace("--", "/")
            other = Lease(lease.folder, lease.number + 1, 60.0)
            (lease.folder / str(lease.number)).rename(lease.folder / str(other.number))

            def publish() -> None:
                with other:
                    time.sleep(seconds)
                    draft = Path(shutil.copytree(made / "runs" / name, root / "draft"))
                    (root / "runs" / name).parent.mkdir(exist_ok=True)
                    draft.rename(root / "runs" / name)

            threads.append(threading.Thread(target=publish))
            threads[0].start()
            if not seconds:
                threads[0].join()
            check(lease)

        monkeypatch.setattr(Lease, "check", checked)
        return root

    yield after
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("seconds", [0, 2], ids=["published", "still training"])
def test_it_gets_the_result_of_the_other_worker(taken_over, made, seconds):
    root = taken_over(seconds)
    done = inside(root, "run", *CELL)
    assert done.last == inside(made, "run", *CELL).last
    (line,) = [line for line in done.stderr.splitlines() if "taken over" in line]
    assert line.startswith("lightning-tickets: find-cola-imp-seed0-") and line.endswith("; waiting for its result")
    assert inside(root, "store", "verify").last == "2 artefacts, 0 damaged"


def test_one_of_several_processes_says_so_in_one_line(tmp_path, monkeypatch, capsys):
    def busy(*_):
        raise Busy("cola-full: another worker has taken over")

    monkeypatch.setattr("lightning_tickets.execution.worker.execute_job", busy)
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert main(["run", *CELL, f"paths.root={tmp_path}"]) == 1
    expected = "lightning-tickets: cola-full: another worker has taken over; run the command again to read its result\n"
    assert capsys.readouterr().err == expected
