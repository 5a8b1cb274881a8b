"""report: what was asked stands in every file, one's own study is one's own, --bundle, and against=…."""

import csv
import hashlib
import json
import re
import shutil
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.commands import SHORT, inside
from tests.report.reading import read

MINE = """# @package _global_
study:
  name: mine
  title: "My study"
  exhibits:
    mine:
      _target_: lightning_tickets.studies.exhibits.grid.Grid
      name: mine
      title: "Mine: what I asked"
      caption: Whether it works.
      question: Does it work?
      drawn: {drawn}
      tasks: [cola]
      seeds: [1]
      sparsities: [20]
      rows: [full, imp]
  tasks: [cola]
"""


@pytest.fixture
def study(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    """An experiment of the user's own whose runs are those of the finished sweep."""
    place = tmp_path / "conf" / "experiment" / "mine.yaml"
    place.parent.mkdir(parents=True)
    place.write_text(MINE.format(drawn=getattr(request, "param", "table")), encoding="utf-8")
    return ["--config-dir", str(tmp_path / "conf"), "experiment=mine", *SHORT]


def reseal(folder: Path, file: str, old: str, new: str) -> None:
    """Change a file of an artefact, and its checksum."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    sums = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    sums[file] = hashlib.sha256((folder / file).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(sums), encoding="utf-8")


def test_every_file_names_what_was_asked(root: Path, study: list[str]) -> None:
    told = inside(root, "report", *study).stdout
    folder, note = root / "reports" / "mine", f"Overrides: {', '.join(SHORT)}."
    page = read(folder / "index.html")
    assert "Tables and figures of a study of its own" in page.text and "Chen" not in page.text
    assert all(f"{name}{value}" in page.text for name, value in (("pruner", "magnitude"), ("protocol", "paper")))
    assert all(line in page.text for line in SHORT) and "Does it work? Mine: what I asked" in page.text
    assert note in told and note in (folder / "mine.md").read_text(encoding="utf-8")
    assert note.replace("_", r"\_") in (folder / "mine.tex").read_text(encoding="utf-8")
    lines = list(csv.DictReader((folder / "mine.csv").read_text(encoding="utf-8").splitlines()))
    assert {line["overrides"] for line in lines} == {" ".join(SHORT)}
    overall = read(folder.parent / "index.html")
    assert all(line in overall.text for line in SHORT) and "Chen" not in overall.text


@pytest.mark.parametrize("study", ["curves", "heatmap"], indirect=True)
def test_a_figure_names_it_too(root: Path, study: list[str]) -> None:
    inside(root, "report", *study)
    (caption,) = re.findall(r"<figcaption>(.*?)</figcaption>", (root / "reports/mine/index.html").read_text("utf-8"))
    assert all(line in caption for line in SHORT)


def test_the_page_says_when_and_where_its_runs_were_made(root: Path, study: list[str]) -> None:
    inside(root, "report", *study)
    timing = json.loads(next((root / "runs").glob("cola-imp-*/timing.json")).read_text(encoding="utf-8"))
    text = read(root / "reports" / "mine" / "index.html").text
    assert f"Runs finished {timing['finished'][:10]}" in text and f"On {timing['machine']}." in text
    assert f"By version {version('lightning-tickets')}." in text and re.search(
        r"Drawn by version [\d.]+(, commit [0-9a-f]{7,}(-dirty)?)?\.", text
    )


def test_a_table_of_the_paper_is_the_papers(root: Path) -> None:
    asked = [
        "experiment=table2",
        "study.tasks=[cola]",
        "study.seeds=[1]",
        "study.exhibits.table2.sparsities=[20]",
        *SHORT,
    ]
    inside(root, "report", *asked)
    text = read(root / "reports" / "table2" / "index.html").text
    assert "(Chen et al., NeurIPS 2020)" in text and "study.tasks=[cola]" in text


def test_the_same_store_gives_the_same_bytes_bundled_too(root: Path, study: list[str]) -> None:
    contents = []
    for _ in range(2):
        told = inside(root, "report", *study, "--bundle")
        contents.append({path.name: path.read_bytes() for path in (root / "reports" / "mine").iterdir()})
        contents[-1]["zip"] = Path(told.last).read_bytes()
    assert contents[0] == contents[1] and told.last == str(root / "reports" / "mine.zip")
    assert any(name.startswith("mine/runs/cola-imp-s20-seed1-") for name in ZipFile(told.last).namelist())


def test_against_a_store_whose_runs_have_other_names_and_scores(root: Path, study: list[str], tmp_path: Path) -> None:
    """As after a release that has raised a component's version: the runs are found by the rest of their specs."""
    other = Path(shutil.copytree(root, tmp_path / "other"))
    (full,) = (other / "runs").glob("cola-full-*")
    reseal(full, "spec.json", '"version": 1', '"version": 0')
    score = json.loads((full / "result.json").read_text(encoding="utf-8"))["metrics"]["matthews"]
    reseal(full, "result.json", f'"matthews": {score}', '"matthews": 0.125')
    full.rename(full.with_name(re.sub("[0-9a-f]{8}$", "01234567", full.name)))
    told = inside(root, "report", *study, f"against={other}").stdout
    assert told.startswith(
        "Mine: what I asked: 2 cells compared, 1 differ; 0 missing here, 0 missing there (scores: 1 cannot be told)"
    )
    page = read(next((root / "reports").glob("mine-against-*")) / "index.html")
    assert "12.5" in page.text and str(other) in page.text


def test_against_a_store_without_runs_is_nothing_to_compare(root: Path, study: list[str], tmp_path: Path) -> None:
    (tmp_path / "empty" / "runs").mkdir(parents=True)
    told = inside(root, "report", *study, f"against={tmp_path / 'empty'}", status=1).stdout
    assert told.startswith(
        "Mine: what I asked: nothing to compare; 0 missing here, 2 missing there (scores: 2 only here)"
    )


def test_against_a_version_in_the_same_store(root: Path, study: list[str]) -> None:
    told = inside(root, "report", *study, f"against={version('lightning-tickets')}").stdout
    assert told.startswith("Mine: what I asked: 2 cells compared, 0 differ; 0 missing here, 0 missing there\n")
    (full,) = (root / "runs").glob("cola-full-*")
    timing = full / "timing.json"
    timing.write_text(timing.read_text(encoding="utf-8").replace(version("lightning-tickets"), "0.1"), encoding="utf-8")
    assert "(scores: 1 only here)" in inside(root, "report", *study, "against=0.1").stdout, "the ticket is not of 0.1"
