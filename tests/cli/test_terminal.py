"""Bars on a terminal, and what stays of them without one."""

import os
import pty
import re
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from lightning_tickets import progress
from lightning_tickets.bars import VERBOSE, bar, display, track
from tests.commands import OURS, SHORT, inside

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
CELL = ["task=cola", "subnetwork=imp", "sparsity=10", "seed=1", *SHORT]


@contextmanager
def terminal():
    """The end to write to, and a list that gets what was written once the block has ended."""
    driver, end = pty.openpty()
    seen: list[str] = []

    def read() -> None:
        try:
            while part := os.read(driver, 65_536):
                seen.append(part.decode(errors="replace"))
        except OSError:  # all ends are closed
            pass

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield end, seen
    finally:
        os.close(end)
        reader.join()
        os.close(driver)


def on_terminal(root, *arguments: str, **variables: str) -> tuple[str, str]:
    """A command whose standard error is a terminal and whose standard output is none: what both got."""
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    environment |= {"LIGHTNING_TICKETS_ROOT": str(root), "TERM": "xterm", "COLUMNS": "100", **variables}
    with terminal() as (end, seen):
        line = [sys.executable, *OURS, *arguments]
        done = subprocess.run(line, env=environment, stdout=subprocess.PIPE, stderr=end, text=True, timeout=300)
    assert done.returncode == 0, seen
    return done.stdout, "".join(seen)


def test_a_single_run_shows_rounds_and_steps(tmp_path):
    out, err = on_terminal(tmp_path / "root", "run", *CELL, "training.steps=200")
    assert re.fullmatch(r"cola-imp-s10-seed1-\w{8} matthews -?[\d.]+\n", out)
    shown = ESCAPES.sub("", err)
    for bar_of in (r"find-cola-imp-seed0-\w{8} +\S* 0/1", r"/round-01 +\S* \d+/200", r"cola-imp-s10-\S* +\S* \d+/200"):
        assert re.search(f"{bar_of} ", shown), bar_of
    assert err.rindex("\x1b[?25h") > err.rindex("\x1b[?25l"), "the cursor is back"


def test_a_sweep_in_processes_shows_what_they_run(tmp_path):
    sweep = ["-m", "task=cola", "subnetwork=full", "seed=1,2", *SHORT, "training.steps=300", "hydra.launcher.n_jobs=2"]
    out, err = on_terminal(tmp_path / "root", "run", *sweep)
    runs, table = out.split("\n\n")
    assert "\x1b" not in out and len(runs.splitlines()) == 2 and table.split()[-1] == "2"
    shown = ESCAPES.sub("", err)
    assert re.search(r"sweep: \d running, 0 failed +\S* +0/2", shown)
    assert {run.split()[0] for run in runs.splitlines()} <= set(shown.split()), "each run has a bar"


@pytest.mark.parametrize(
    ("variables", "wanted", "shown"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"CI": "true"}, True, False),
        ({"TERM": "dumb"}, True, False),
        ({VERBOSE: "1"}, True, False),
    ],
    ids=str,
)
def test_bars_are_for_a_terminal_of_a_person(variables, wanted, shown, monkeypatch):
    for name in ("CI", "NO_COLOR", VERBOSE):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm", **variables}.items():
        monkeypatch.setenv(name, value)
    with terminal() as (end, seen):
        with os.fdopen(os.dup(end), "w") as stream:
            monkeypatch.setattr(sys, "stderr", stream)
            with display(wanted), bar("[b]steps", 4) as update:
                assert bool(update) == shown
                assert list(track("abc", "rounds", 3)) == ["a", "b", "c"]
            with bar("afterwards", 1) as update:
                assert update is None
        monkeypatch.undo()
    assert ("[b]steps" in "".join(seen)) == shown and bool(seen) == shown


def test_without_a_terminal_a_sweep_writes_a_line_now_and_then(tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "LINE_EVERY", 0.0)
    monkeypatch.setattr(progress, "INTERVAL", 0.01)
    done = inside(tmp_path / "root", "run", "-m", "task=cola", "subnetwork=full", "seed=1", *SHORT)
    assert len(done.stdout.splitlines()) == 1, "and no table of a single run"
    said = {one for one in done.stderr.splitlines() if "trainings done" in one}
    assert "lightning-tickets: 0 of 1 trainings done, 1 running, 0 failed" in said
    assert all(
        re.fullmatch(r"lightning-tickets: [01] of 1 trainings done, [01] running, 0 failed", one) for one in said
    )


def test_without_a_terminal_there_are_no_bars(capfd):
    with display(), bar("steps", 4) as update:
        assert update is None
    assert capfd.readouterr() == ("", "")
