"""Where standard output is odd: few characters, closed, full."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import OURS

FULL = Path("/dev/full")
PLAN = [sys.executable, *OURS, "plan", "experiment=table1"]


def plan(tmp_path, **options):
    environment = os.environ | {"LIGHTNING_TICKETS_ROOT": str(tmp_path / "multirun")} | options.pop("env", {})
    return subprocess.run(PLAN, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, **options)


def test_a_terminal_of_few_characters_gets_escapes(tmp_path):
    done = plan(tmp_path, env={"PYTHONIOENCODING": "ascii"}, stdout=subprocess.PIPE)
    assert done.returncode == 0 and done.stdout.isascii() and "table1" in done.stdout


def test_a_closed_output_is_none(tmp_path):
    done = plan(tmp_path, preexec_fn=lambda: os.close(1))
    assert done.returncode == 0 and done.stderr == ""


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_a_full_output_is_one_line_of_error(tmp_path):
    with FULL.open("w") as full:
        done = plan(tmp_path, stdout=full)
    assert (
        done.returncode == 1
        and done.stderr.startswith("lightning-tickets: [Errno 28]")
        and done.stderr.count("\n") == 1
    )
