"""Typing commands in tests: in a process of its own, or in this one, which has torch imported already."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from lightning_tickets.cli import main
from lightning_tickets.composition.compose import conf_dir

TASKS = sorted(path.stem for path in (conf_dir() / "task").glob("*.yaml"))  # what task= takes
SHORT = ["training.steps=6", "data.train_limit=64", "data.dev_limit=40"]


@dataclass(frozen=True)
class Done:
    """What a command printed."""

    stdout: str
    stderr: str

    @property
    def last(self) -> str:
        return self.stdout.strip().splitlines()[-1]


def process(root: Path, *arguments: str, status: int = 0) -> Done:
    """A fresh interpreter, its strings hashed by another seed each time."""
    environment = os.environ | {"LIGHTNING_TICKETS_ROOT": str(root), "PYTHONHASHSEED": "random"}
    line = [sys.executable, "-m", "lightning_tickets", *arguments]
    done = subprocess.run(line, cwd=root.parent, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == status, done.stderr[-3000:]
    return Done(done.stdout, done.stderr)


def inside(root: Path, *arguments: str, status: int = 0) -> Done:
    """The same command in this process."""
    out, err, argv = io.StringIO(), io.StringIO(), sys.argv
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            ended = main([*arguments, f"paths.root={root}"])
    finally:
        sys.argv = argv
    assert ended == status, err.getvalue()[-3000:]
    return Done(out.getvalue(), err.getvalue())
