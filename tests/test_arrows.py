"""Data flows one way through the rooms: which room may import which of ours, and who must do without torch."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "lightning_tickets"
SHARED = {"checks", "components", "errors", "fingerprints", "seeds"}
MAY = {
    "checks": set(),
    "components": set(),
    "errors": set(),
    "fingerprints": set(),
    "seeds": set(),
    "runs": set(),
    "pruning": set(),
    "initialization": set(),
    "pocket": set(),
    "published": set(),
    "data": {"pocket"},
    "tasks": set(),
    "models": {"tasks", "pocket"},
    "training": {"data", "tasks", "models", "pruning", "runs.team"},
    "tickets": {"runs", "pruning", "initialization", "data", "tasks", "models", "training"},
    "studies": {"runs", "published", "tickets.problem", "tickets.spec", "tickets.rewinding", "tickets.mask_bits"},
    "report.content": {"studies"},
    "report.forms": {"studies", "report.content"},
    "report.pictures": {"studies", "report.content"},
    "report.pages": {"studies", "report"},
    "report": set(),
    "execution": {"runs", "studies.plan", "tickets", "training.loggers", "training.distributed"},
    "composition": {
        "runs",
        "studies",
        "tickets.problem",
        "tickets.spec",
        "tickets.needs",
        "tickets.result",
        "tickets.places",
        "execution.work",
        "data",
        "models.files",
        "models.folders",
        "published",
        "pruning.schedule",
        "tasks.columns",
        "training.config",
        "training.loggers",
    },
}
EVERYTHING = {"cli", "commands", "drawing", "planning", "job", "looking", "progress", "__main__", "__init__"}


def imports(path: Path) -> set[str]:
    """Modules of ours that a file imports, without the package's name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            module = PACKAGE.parent / Path(*node.module.split("."))
            found.update(names if module.is_dir() else [node.module])
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return {name.removeprefix("lightning_tickets.") for name in found if name.startswith("lightning_tickets.")}


def files():
    for path in sorted(PACKAGE.rglob("*.py")):
        room, *within = path.relative_to(PACKAGE).with_suffix("").parts
        if within and f"{room}.{within[0]}" in MAY:
            room = f"{room}.{within[0]}"
        if room not in EVERYTHING:
            yield pytest.param(path, room, id=str(path.relative_to(PACKAGE)))


@pytest.mark.parametrize(("path", "room"), files())
def test_imports_follow_the_arrows(path, room):
    assert room in MAY, f"{room} is a room without arrows: say in this test what it may import"
    allowed = MAY[room] | SHARED | {room}
    wrong = {m for m in imports(path) if not any(m == a or m.startswith(f"{a}.") for a in allowed)}
    assert not wrong, f"{room} may import {sorted(allowed)} of ours, not {sorted(wrong)}"


@pytest.mark.parametrize(
    ("module", "banned"),
    [
        ("lightning_tickets.commands", "torch"),
        ("lightning_tickets.planning", "torch"),
        ("lightning_tickets.drawing", "torch"),
        ("lightning_tickets.looking", "torch"),
        ("lightning_tickets.planning", "matplotlib"),
        ("lightning_tickets.commands", "matplotlib"),
        ("lightning_tickets.composition.sweep", "torch"),
        ("lightning_tickets.composition.sweep", "pyarrow"),
        ("lightning_tickets.composition.sweep", "datasets"),
        ("lightning_tickets.composition.sweep", "huggingface_hub"),
        ("lightning_tickets.tickets.spec", "torch"),
        ("lightning_tickets.tickets.rewinding", "torch"),
        ("lightning_tickets.training.loggers", "torch"),
        ("lightning_tickets.execution.work", "torch"),
        ("lightning_tickets.execution.workers", "torch"),
        ("lightning_tickets.pocket.tasks", "torch"),
        ("lightning_tickets.studies.statistics", "matplotlib"),
        ("lightning_tickets.report.forms.tables", "torch"),
    ],
)
def test_does_without(module, banned):
    code = f"import {module}, sys; sys.exit({banned!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0, f"{module} imports {banned}"
