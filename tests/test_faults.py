"""A disk that is full or cannot be written: a clear line, the store unharmed, and the run afterwards."""

import subprocess
from pathlib import Path

import pytest

from tests.commands import SHORT, inside, process
from tests.tickets.artefacts import content

CELL = ["task=cola", "subnetwork=imp", "sparsity=20", "seed=1", *SHORT]


@pytest.fixture
def disk(tmp_path):
    """Mounts a small disk of its own, where that is allowed; further options mount it again."""
    place = tmp_path / "disk"
    place.mkdir()

    def mount(options: str) -> Path:
        line = ["mount", "-t", "tmpfs", "-o", options, "tickets", str(place)]
        done = subprocess.run(line, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
        return place

    yield mount
    subprocess.run(["umount", "-l", str(place)], capture_output=True)


def test_a_full_disk(disk, tmp_path):
    place = disk("size=2m")
    root = place / "root"
    full = place / "filler"
    inside(root, "run", "task=cola", "subnetwork=full", "seed=1", *SHORT, f"paths.cache={tmp_path / 'cache'}")
    before = content(root / "runs")
    with pytest.raises(OSError), full.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    done = process(root, "run", *CELL, f"paths.cache={tmp_path / 'cache'}", status=1)
    assert "No space left on device" in done.stderr.splitlines()[-1] and "Traceback" not in done.stderr
    swept = process(root, "run", "-m", *CELL, f"paths.cache={tmp_path / 'cache'}", status=1)
    assert "No space left on device" in swept.stderr and "Traceback" not in swept.stderr
    assert {n: b for n, b in content(root / "runs").items() if not n.startswith(".leases")} == before
    full.unlink()
    process(root, "run", *CELL, f"paths.cache={tmp_path / 'cache'}")
    assert inside(root, "store", "verify").last.endswith("0 damaged")


def test_a_folder_that_cannot_be_written(disk):
    place = disk("size=2m,ro")
    done = process(place / "root", "run", "-m", *CELL, status=2)
    assert done.stderr.startswith(
        f"lightning-tickets: paths.root={place / 'root'}: expected a folder that can be written"
    )
    assert "Read-only file system" in done.stderr and done.stderr.count("\n") == 1
    assert list(place.iterdir()) == []
