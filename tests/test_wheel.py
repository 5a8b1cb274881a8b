"""The wheel: built, installed into an empty environment, and used from an empty folder, without the checkout."""

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
from email import message_from_string
from pathlib import Path

import pytest
import yaml

import lightning_tickets
from tests.commands import SHORT

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def execute(*line: str | Path, folder: Path) -> str:
    """What a command prints that finds nothing of the checkout by its environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LIGHTNING_"))}
    done = subprocess.run([*map(str, line)], cwd=folder, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site-packages of an environment with the wheel, to which the other packages of this one are added."""
    place = tmp_path_factory.mktemp("wheel")
    build = ["-m", "pip", "wheel", ROOT, "--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", place / "dist"]
    execute(sys.executable, *build, folder=place)
    (wheel,) = (place / "dist").glob("*.whl")
    venv.create(place / "env", symlinks=True)
    target = Path(sysconfig.get_path("purelib", vars={"base": str(place / "env"), "platbase": str(place / "env")}))
    install = ["install", wheel, "--no-deps", "--no-index", "--quiet", "--disable-pip-version-check"]
    execute(sys.executable, "-m", "pip", "--python", place / "env" / "bin" / "python", *install, folder=place)
    others = [entry for entry in sys.path if entry.endswith("site-packages")]
    (target / "others.pth").write_text("\n".join(others), encoding="utf-8")  # .pth files in these have no effect
    return target


@pytest.fixture
def program(site: Path) -> Path:
    return site.parents[2] / "bin" / "lightning-tickets"


def test_a_cell_runs_from_an_empty_folder(program, site, tmp_path):
    place = "import lightning_tickets as lt; print(lt.__file__, lt.__version__)"
    file, version = execute(program.with_name("python"), "-c", place, folder=tmp_path).split()
    assert (Path(file).parent, version) == (site / "lightning_tickets", PROJECT["version"])
    assert execute(program, "--version", folder=tmp_path).split()[-1] == PROJECT["version"]
    assert "experiment: demo" in execute(program, "run", "--help", folder=tmp_path)
    said = execute(program, "run", "task=cola", "sparsity=10", *SHORT, folder=tmp_path)
    assert said.splitlines()[-1].startswith("cola-imp-s10-seed1-")
    assert len(list((tmp_path / "multirun" / "runs").glob("cola-imp-*/result.json"))) == 1


def test_the_metadata_are_complete(site):
    (text,) = (path.read_text(encoding="utf-8") for path in site.glob("lightning_tickets-*.dist-info/METADATA"))
    metadata = message_from_string(text)
    assert (metadata["Version"], metadata["License-Expression"]) == (PROJECT["version"], "Apache-2.0")
    assert metadata["Author"] == "lightning_tickets contributors" and metadata["License-File"] == "LICENSE"
    links = re.findall(r"\]\(([^)]*)\)", metadata.get_payload())
    assert links and all(link.startswith("https://") for link in links), "a link to a file leads nowhere from an index"
    assert (site / "lightning_tickets" / "py.typed").is_file() and (site / "lightning_tickets" / "conf").is_dir()


def test_one_version_and_one_author_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {citation["version"], lightning_tickets.__version__} == {PROJECT["version"]}
    assert (citation["authors"], citation["license"]) == (PROJECT["authors"], PROJECT["license"])
    assert f"\n## {PROJECT['version']}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
