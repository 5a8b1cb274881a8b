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
WRITER = {"report.table", "report.formatting"}  # knows no study: everything that is shown comes as a table
TEXT = {"studies", "report.formatting", "report.names"}
BUILDER = TEXT | {"report.table", "report.layout", "report.differences"}
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
    "training": {"data", "tasks", "models", "pruning", "runs.world"},
    "tickets": {"runs", "pruning", "initialization", "data", "tasks", "models", "training"},
    "studies.statistics": set(),
    "studies.exhibits": {"runs", "published", "studies", "tickets.problem", "tickets.mask_bits"},
    "studies": {"runs", "published", "tickets.problem", "tickets.spec", "tickets.rewinding"},
    "report.formatting": set(),
    "report.names": set(),
    "report.table": {"report.formatting"},
    "report.csv": WRITER,
    "report.markdown": WRITER,
    "report.latex": WRITER,
    "report.document": {"report.table"},
    "report.pages": {"report.document", "report.names", "report.formatting"},
    "report.layout": TEXT,
    "report.differences": TEXT | {"report.layout"},
    "report.footnotes": BUILDER,
    "report.exhibit_table": BUILDER | {"report.footnotes"},
    "report.build_table": BUILDER | {"report.exhibit_table"},
    "report.side_tables": BUILDER | {"published", "report.build_table"},
    "report.figures": BUILDER | {"report.footnotes", "report.build_table"},
    "report.sections": BUILDER
    | {"report.build_table", "report.exhibit_table", "report.side_tables", "report.document", "report.figures"},
    "report.write": {"studies", "report"},
    "report": set(),
    "progress": {"runs", "studies.plan"},
    "execution": {"runs", "studies.plan", "tickets", "training.loggers", "training.distributed", "progress"},
    "composition": {
        "runs",
        "studies",
        "tickets.problem",
        "tickets.spec",
        "tickets.context",
        "tickets.needs",
        "tickets.result",
        "execution.job",
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
EVERYTHING = {"cli", "__main__", "__init__"}


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
        ("lightning_tickets.cli.run", "torch"),
        ("lightning_tickets.cli.plan", "torch"),
        ("lightning_tickets.cli.report", "torch"),
        ("lightning_tickets.cli.status", "torch"),
        ("lightning_tickets.cli.plan", "matplotlib"),
        ("lightning_tickets.cli.run", "matplotlib"),
        ("lightning_tickets.composition.sweep", "torch"),
        ("lightning_tickets.composition.sweep", "pyarrow"),
        ("lightning_tickets.composition.sweep", "datasets"),
        ("lightning_tickets.composition.sweep", "huggingface_hub"),
        ("lightning_tickets.tickets.spec", "torch"),
        ("lightning_tickets.execution.sweep", "torch"),
        ("lightning_tickets.execution.processes", "torch"),
        ("lightning_tickets.tickets.rewinding", "torch"),
        ("lightning_tickets.training.loggers", "torch"),
        ("lightning_tickets.pocket.tasks", "torch"),
        ("lightning_tickets.pocket.tasks", "numpy"),
        ("lightning_tickets.studies.claims", "matplotlib"),
        ("lightning_tickets.studies.exhibits.overlap", "torch"),
        ("lightning_tickets.studies.exhibits.settings_table", "torch"),
        ("lightning_tickets.report.build_table", "torch"),
        ("lightning_tickets.report.build_table", "matplotlib"),
    ],
)
def test_does_without(module, banned):
    code = f"import {module}, sys; sys.exit({banned!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0, f"{module} imports {banned}"
