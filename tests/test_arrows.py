"""Data flows one way through the packages: which may import which of ours, and who must do without torch."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "lightning_tickets"
SHARED = {"bars", "checks", "components", "declarations", "errors", "fingerprints", "logs", "points", "seeds"}
WRITER = {"report.table", "report.formatting"}  # knows no study: everything that is shown comes as a table
TEXT = {"studies", "report.formatting", "report.names"}
BUILDER = TEXT | {"report.table", "report.layout", "report.differences"}
NONE = {"runs", "pruning", "initialization", "pocket", "published", "tasks", "studies.statistics", "report"}
MAY = {package: set() for package in SHARED | NONE | {"report.formatting"}} | {
    "data": {"pocket"},
    "models": {"tasks", "pocket"},
    "training": {"data", "tasks", "models", "pruning", "runs.world", "runs.files", "runs.checkpoints", "runs.signals"},
    "tickets": {"runs", "pruning", "initialization", "data", "tasks", "models", "training"},
    "studies.exhibits": {"runs", "published", "studies", "tickets.problem", "tickets.mask_bits", "tickets.result"},
    "studies": {"runs", "published", "tickets.problem", "tickets.spec", "tickets.rewinding"},
    "report.names": {"published"},
    "report.table": {"report.formatting"},
    "report.csv": WRITER,
    "report.markdown": WRITER,
    "report.latex": WRITER,
    "report.document": {"report.table", "runs.files"},
    "report.pages": {"report.document", "report.names", "report.formatting"},
    "report.layout": TEXT,
    "report.differences": TEXT | {"report.layout"},
    "report.footnotes": BUILDER,
    "report.exhibit_table": BUILDER | {"report.footnotes"},
    "report.build_table": BUILDER | {"report.exhibit_table", "report.footnotes"},
    "report.charts": BUILDER | {"report.build_table", "report.document", "report.exhibit_table", "report.footnotes"},
    "report.side_tables": BUILDER | {"published", "report.build_table"},
    "report.captions": BUILDER | {"report.footnotes", "report.build_table"},
    "report.figures": BUILDER | {"report.footnotes", "report.build_table", "report.captions"},
    "report.sections": BUILDER
    | {
        "report.build_table",
        "report.charts",
        "report.document",
        "report.exhibit_table",
        "report.captions",
        "report.side_tables",
    },
    "report.kept": {"studies", "runs.files"},
    "report.write": {"studies", "report", "runs.files"},
    "report.against": {"studies", "report", "runs.files"},
    "report.bundle": {"report", "runs.files"},
    "progress": {"runs", "studies.plan"},
    "execution": {
        "runs",
        "studies.plan",
        "tickets",
        "training.config",
        "training.loggers",
        "training.distributed",
        "progress",
    },
    "composition": {
        "runs",
        "studies",
        "tickets.problem",
        "tickets.spec",
        "tickets.context",
        "tickets.listing",
        "tickets.needs",
        "tickets.provenance",
        "tickets.result",
        "tickets.reader",
        "tickets.place",
        "tickets.tokenised",
        "execution.job",
        "data",
        "models.files",
        "models.folders",
        "models.operations",
        "published",
        "pruning.schedule",
        "tasks.columns",
        "training.config",
        "training.loggers",
    },
}
MAY["sharing"] = {
    "runs",
    "pruning",
    "models",
    "tickets",
    "composition.compose",
    "composition.search_command",
    "report.figures.ticket",
    "training.machine",
}
MAY["api"] = {"composition", "execution.machine", "models.encoder", "published", "pruning", "runs", "tickets"}
MAY["dashboards"] = {"composition", "report", "runs", "studies", "tickets", "training.axes"}
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
        package, *within = path.relative_to(PACKAGE).with_suffix("").parts
        if within and f"{package}.{within[0]}" in MAY:
            package = f"{package}.{within[0]}"
        if package not in EVERYTHING:
            yield pytest.param(path, package, id=str(path.relative_to(PACKAGE)))


@pytest.mark.parametrize(("path", "package"), files())
def test_imports_follow_the_arrows(path, package):
    assert package in MAY, f"{package} has no line in MAY: say in this test what it may import"
    allowed = MAY[package] | SHARED | {package}
    wrong = {m for m in imports(path) if not any(m == a or m.startswith(f"{a}.") for a in allowed)}
    assert not wrong, f"{package} may import {sorted(allowed)} of ours, not {sorted(wrong)}"


def test_no_files_import_each_other_in_a_circle():
    """Nor do they import the package itself, whose interface stands above them."""
    paths = {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}
    TopologicalSorter({name: imports(path) for name, path in paths.items()}).prepare()
    own = [name for name, path in paths.items() if re.search(r"^import lightning_tickets$", path.read_text(), re.M)]
    assert own == []


@pytest.mark.parametrize(
    ("module", "banned"),
    [
        ("cli.main", "torch hydra"),
        ("cli.run", "torch matplotlib"),
        ("cli.plan", "torch matplotlib"),
        ("cli.draw", "torch matplotlib"),
        ("cli.report", "torch matplotlib"),
        ("cli.status", "torch"),
        ("cli.wandb", "torch wandb matplotlib"),
        ("dashboards.content", "torch wandb matplotlib"),
        ("dashboards.exhibits", "torch wandb"),
        ("dashboards.push", "torch wandb matplotlib"),
        ("dashboards.workspace", "torch"),
        ("composition.sweep", "torch pyarrow datasets huggingface_hub"),
        ("tickets.spec", "torch"),
        ("execution.sweep", "torch"),
        ("execution.processes", "torch"),
        ("tickets.rewinding", "torch"),
        ("training.loggers", "torch"),
        ("pocket.tasks", "torch numpy"),
        ("models.folders", "torch huggingface_hub"),
        ("studies.plan", "torch"),
        ("studies.statistics.significance", "scipy numpy"),
        ("studies.claims", "matplotlib"),
        ("studies.exhibits.overlap", "torch"),
        ("studies.exhibits.settings_table", "torch"),
        ("report.build_table", "torch matplotlib"),
        ("api", "torch pandas hydra"),
        ("cli.ticket", "torch matplotlib transformers hydra"),
        ("sharing.push", "torch"),
        ("composition.search_command", "torch"),
        ("api.results", "torch"),
    ],
)
def test_does_without(module, banned):
    code = f"import lightning_tickets.{module}, sys; print(sorted({set(banned.split())} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"
