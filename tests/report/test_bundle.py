"""One file to send: every link of its page holds when it is unpacked elsewhere, and equal reports give equal bytes."""

from pathlib import Path
from urllib.parse import unquote
from zipfile import ZipFile

import pytest

from lightning_tickets.errors import Damaged
from lightning_tickets.report.bundle import write_bundle
from lightning_tickets.report.write import write_report
from lightning_tickets.studies.measurement import Exhibit, PruningRounds
from tests.report.reading import read

RUNS = ("f-0", "i-0", "i-2")


@pytest.fixture
def report(table: Exhibit, curves: Exhibit, search: PruningRounds, tmp_path: Path) -> Path:
    """A report next to the runs that it links to, one of them without a record of its time."""
    for run in RUNS:
        folder = tmp_path / "runs" / run
        folder.mkdir(parents=True)
        for record in ("spec.json", "result.json", "timing.json", "examples.json"):
            (folder / record).write_text(f'"{run} {record}"', encoding="utf-8")
    (tmp_path / "runs" / "i-2" / "timing.json").unlink()
    links = {run: f"../../runs/{run}" for run in RUNS}
    return write_report(tmp_path / "reports" / "mine", "Report", [table, curves, search], links).parent


def test_every_link_holds_elsewhere(report: Path, tmp_path: Path) -> None:
    with ZipFile(write_bundle(report)) as archive:
        archive.extractall(tmp_path / "elsewhere")
    folder = tmp_path / "elsewhere" / "mine"
    reader = read(folder / "index.html")
    assert all((folder / unquote(link)).exists() for link in reader.files) and len(reader.files) > 15
    assert {f"runs/{run}/{name}.json" for run in RUNS for name in ("spec", "result")} <= reader.files
    assert (folder / "runs/i-0/timing.json").exists() and not (folder / "runs/i-0/examples.json").exists()
    outside = [link for link in reader.all("href") if link.startswith("..")]
    assert not outside and "All experiments" not in reader.text
    assert [path.name for path in folder.iterdir() if path.name not in reader.files] != []


def test_the_same_report_gives_the_same_bytes(report: Path) -> None:
    before = write_bundle(report).read_bytes()
    (report / "stray.txt").write_text("not the report's", encoding="utf-8")
    assert write_bundle(report).read_bytes() == before
    assert write_bundle(report).name == "mine.zip"


def test_what_is_no_file_is_not_packed(report: Path, tmp_path: Path) -> None:
    record = tmp_path / "runs" / "i-0" / "spec.json"
    record.unlink()
    record.symlink_to(tmp_path / "runs" / "i-2" / "spec.json")
    with pytest.raises(Damaged, match="spec.json"):
        write_bundle(report)
