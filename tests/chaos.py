"""Kills a sweep at random instants, again and again, and compares its files with those of an undisturbed sweep.

    python -m tests.chaos [instants=30] [seed=0]

Each instant is a kill -9 of one worker, of the driver, or of all of them; after it the same command is given again.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.commands import begin
from tests.tickets.artefacts import content

SWEEP = ["task=cola,mlm", "subnetwork=full,imp", "sparsity=20", "seed=1", "training.steps=150", "data.train_limit=500"]
WORKERS = ["hydra.launcher.n_jobs=2", "trainer.checkpoint_every=0.3"]
WHOM = ("worker", "driver", "all")
PATIENCE = 600


@dataclass
class Outcome:
    """Kills by whom, sweeps that they fell in, artefacts compared, and those that differ or are lost."""

    kills: dict[str, int]
    sweeps: int
    artefacts: int
    wrong: list[str]


def main(arguments: list[str]) -> int:
    given = dict(text.split("=") for text in arguments)
    began = time.monotonic()
    outcome = chaos(int(given.get("instants", "30")), int(given.get("seed", "0")))
    listed = ", ".join(f"{count} of {whom}" for whom, count in outcome.kills.items())
    print(
        f"{sum(outcome.kills.values())} instants ({listed}) in {outcome.sweeps} sweeps; {outcome.artefacts} files "
        f"compared, {len(outcome.wrong)} lost or different; {time.monotonic() - began:.0f} s"
    )
    return 1 if outcome.wrong else 0


def chaos(instants: int, seed: int) -> Outcome:
    """Sweep after sweep, until so many instants have passed."""
    draw, outcome = random.Random(seed), Outcome(dict.fromkeys(WHOM, 0), 0, 0, [])
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        assert sweep(place / "whole").wait(PATIENCE) == 0
        expected = artefacts(place / "whole")
        while sum(outcome.kills.values()) < instants:
            root = place / f"sweep-{outcome.sweeps}"
            hunt(root, draw, instants, outcome.kills)
            left = artefacts(root)
            outcome.sweeps, outcome.artefacts = outcome.sweeps + 1, outcome.artefacts + len(expected)
            outcome.wrong += [name for name in expected | left if expected.get(name) != left.get(name)]
    return outcome


def hunt(root: Path, draw: random.Random, instants: int, kills: dict[str, int]) -> None:
    """One sweep to its end, killed on the way."""
    driver = sweep(root)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        time.sleep(draw.uniform(0.5, 9.0))
        if driver.poll() == 0:
            return
        whom = draw.choice(WHOM)
        if driver.poll() is None and sum(kills.values()) < instants and kill(driver, whom, draw):
            kills[whom] += 1
        time.sleep(0.1)
        if driver.poll() is not None:
            driver = sweep(root)
    raise TimeoutError(f"{root}: not ended after {PATIENCE} s")


def kill(driver: subprocess.Popen[str], whom: str, draw: random.Random) -> bool:
    """Whether there was anyone."""
    workers = children(driver.pid)
    one = [draw.choice(workers)] if workers else []
    victims = {"worker": one, "driver": [driver.pid], "all": [driver.pid, *workers]}[whom]
    for pid in victims:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
    return bool(victims)


def children(pid: int) -> list[int]:
    """The workers of a driver."""
    workers = []
    with suppress(OSError):  # a process has ended
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                workers.append(int(child))
    return workers


def sweep(root: Path) -> subprocess.Popen[str]:
    return begin(root, "run", "-m", *SWEEP, *WORKERS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def artefacts(root: Path) -> dict[str, bytes]:
    """Their files; drafts and leases belong to killed workers."""
    files = content(root / "runs")
    return {name: data for name, data in files.items() if not any(part[0] == "." for part in Path(name).parts)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
