"""Typing commands in tests: in a process of its own, or in this one, which has torch imported already."""

import contextlib
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from lightning_tickets.cli.main import main
from lightning_tickets.composition.compose import GroupComposer, conf_dir

TASKS = sorted(path.stem for path in (conf_dir() / "task").glob("*.yaml"))  # what task= takes
OURS = ["-m", "lightning_tickets"]
SHORT = ["training.steps=6", "data.train_limit=64", "data.dev_limit=40"]


def compose_each(common: list[str], group: str, options: list[str]) -> dict[str, DictConfig]:
    """The config with each option of a group, by one composition."""
    composer = GroupComposer(common, {group: options})
    return {option: composer.at(**{group: option}) for option in options}


@dataclass(frozen=True)
class Done:
    """What a command printed."""

    stdout: str
    stderr: str

    @property
    def first(self) -> str:
        return self.stdout.splitlines()[0]

    @property
    def last(self) -> str:
        return self.stdout.strip().splitlines()[-1]


def process(root: Path, *arguments: str, status: int = 0) -> Done:
    return interpret(root.parent, root, *OURS, *arguments, status=status)


def interpret(folder: Path, root: Path, *arguments: str, status: int = 0, **variables: str) -> Done:
    """A fresh interpreter in a folder, its strings hashed by another seed each time."""
    environment = os.environ | {"LIGHTNING_TICKETS_ROOT": str(root), "PYTHONHASHSEED": "random"} | variables
    line = [sys.executable, *arguments]
    done = subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == status, done.stderr[-3000:]
    return Done(done.stdout, done.stderr)


def begin(root: Path, *arguments: str, **options: Any) -> subprocess.Popen[str]:
    """A command in a process that is not waited for."""
    environment = os.environ | {"LIGHTNING_TICKETS_ROOT": str(root)}
    defaults = {"env": environment, "text": True, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, *OURS, *arguments], **defaults | options)


def inside(root: Path, *arguments: str, status: int | None = 0) -> Done:
    """The same command in this process; no status: any."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        ended = main([*arguments, f"paths.root={root}"])
    assert status is None or ended == status, err.getvalue()[-3000:]
    return Done(out.getvalue(), err.getvalue())
