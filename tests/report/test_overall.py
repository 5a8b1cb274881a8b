"""The page of all experiments: sections with experiment and scale, links that lead somewhere, and the filters."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from lightning_tickets.report.build_table import build_table
from lightning_tickets.report.document import read_report, to_json
from lightning_tickets.report.write import natural, write_overall, write_report
from lightning_tickets.studies.measurement import Exhibit, Matrix, TextTable
from tests.report.reading import Reader, asked, chromium, findings, needs_chromium, read

RUNS = ("f-0", "i-0", "i-2")
SEEN = "[...document.querySelectorAll('main > section')].filter((one) => !one.hidden).map((one) => one.id)"


@pytest.fixture
def reports(drawn: Path, tmp_path: Path) -> Path:
    """A copy to change."""
    return Path(shutil.copytree(drawn, tmp_path / "root")) / "reports"


@pytest.fixture(scope="module")
def drawn(
    table: Exhibit, curves: Exhibit, sheet: TextTable, matrix: Matrix, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Two experiments of two scales, which share the name of an exhibit, next to the runs of one."""
    root = tmp_path_factory.mktemp("root")
    for run in RUNS:
        (root / "runs" / run).mkdir(parents=True)
        for name in ("spec.json", "result.json"):
            (root / "runs" / run / name).write_text("{}")
    links = {run: f"../../runs/{run}" for run in RUNS}
    write_report(root / "reports" / "first", "The <first>", [table, matrix], links)
    exhibits = [replace(table, tasks=("stsb",)), curves, sheet]
    write_report(root / "reports" / "second", "The second", exhibits, scale="small")
    return root


def overall(reports: Path) -> Reader:
    return read(write_overall(reports))


def test_every_section_says_its_experiment_and_its_scale(reports: Path) -> None:
    reader = overall(reports)
    places = re.findall(r"Experiment (\w+): The (\S+) scale: (\w+)", reader.text)
    assert places == [("first", "<first>", "pocket")] * 2 + [("second", "second", "small")] * 3
    assert "5 tables and figures of 2 experiments, at the scales pocket, small" in reader.text
    assert [attrs["data-scale"] for tag, attrs in reader.seen if tag == "section"] == ["pocket"] * 2 + ["small"] * 3


def test_every_link_leads_somewhere_and_no_id_is_there_twice(reports: Path) -> None:
    reader = overall(reports)
    ids = reader.all("id")
    assert len(ids) == len(set(ids)) and {"first/table2", "second/table2"} <= set(ids)
    for link in [*reader.all("href"), *reader.all("src")]:
        if link.startswith("#"):
            assert link[1:] in ids
        elif not link.startswith("data:"):
            assert (reports / link).exists(), link
    assert "first/figure4.svg" in reader.all("href") and not reader.all("src")
    assert "../runs/i-0/spec.json" in reader.all("href") and "first/table2.tex" in reader.all("href")


def test_the_page_reaches_nothing_outside_and_data_is_text(reports: Path, nasty: Exhibit) -> None:
    name = "a b&c"
    write_report(reports / name, "</script><b>", [nasty, replace(nasty, name="other", drawn="curves")], scale="<i>")
    source = write_overall(reports).read_text(encoding="utf-8")
    reader = Reader(source)
    assert not re.search(r"https?://|@import|url\(|src=\"data", source.replace("<script>alert(1)</script>", ""))
    assert [tag for tag, _ in reader.seen if tag in {"script", "b", "i"}] == ["script"]
    assert "Experiment a b&c: </script><b> scale: <i>" in reader.text
    assert "a%20b%26c/nasty.csv" in reader.all("href") and "a%20b%26c/other.svg" in reader.all("href")
    assert set(reader.all("value")) >= {"<i>", "<script>alert(1)</script>", "a|b_c $x$", "mnli"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"version": 2', b'"version": 1'),
        (b'"scale": "small"', b'"scale": 3'),
        (b'"title": "The second"', b'"name": "The second"'),
        (b'"Pearson"', b'"Pearson", "one too many"'),
        (b'"runs":', b'"runs": 1, "":'),
        (b"{", b""),
        (b'"The second"', b'"\xff"'),
    ],
)
def test_a_damaged_or_foreign_report_is_left_out(reports: Path, old: bytes, new: bytes) -> None:
    file = reports / "second" / "report.json"
    assert old in file.read_bytes() and read_report(file)
    file.write_bytes(file.read_bytes().replace(old, new, 1))
    for name, content in {"empty": b"", "list": b"[1]", "other": b'{"title": "x"}', "deep": b"[" * 10_000}.items():
        (reports / name).mkdir()
        (reports / name / "report.json").write_bytes(content)
    (reports / "nothing").mkdir()
    (reports / "folder" / "report.json").mkdir(parents=True)
    sections = [attrs["id"] for tag, attrs in overall(reports).seen if tag == "section"]
    assert sections == ["first/table2", "first/figure4"]


def test_a_report_is_read_back_as_it_was_written(reports: Path, nasty: Exhibit) -> None:
    write_report(reports / "third", "<b>", [nasty, replace(nasty, name="map", drawn="heatmap")], notes=["é\n'\""])
    for folder in ("first", "second", "third"):
        report = read_report(reports / folder / "report.json")
        assert report and to_json(report) == (reports / folder / "report.json").read_bytes()
    assert report.notes == ("é\n'\"",) and [one.table.name for one in report.sections] == ["nasty", "map"]
    assert report.sections[0].table == build_table(nasty) and report.sections[1].figure is not None


def test_no_link_of_a_report_leads_outside(reports: Path) -> None:
    file = reports / "first" / "report.json"
    text = file.read_text(encoding="utf-8").replace("../../runs/i-0", "javascript:alert(1)")
    file.write_text(text.replace("../../runs/f-0", "//example.org/x"), encoding="utf-8")
    hrefs = overall(reports).all("href")
    assert "../runs/i-2" in hrefs and not any("javascript" in href or "example" in href for href in hrefs)


def test_the_overall_page_says_what_the_pages_of_experiments_say(reports: Path) -> None:
    """Each section has the same words, apart from the line that says where it is from."""
    text = overall(reports).text
    for folder in ("first", "second"):
        source = (reports / folder / "index.html").read_text(encoding="utf-8")
        for piece in re.findall(r"<section .*?</section>", source, flags=re.S):
            title, _, rest = Reader(piece).text.partition(" Who wins." if "Who wins" in piece else ". ")
            assert title and rest and rest in text


def test_the_page_is_made_again_from_what_is_there(reports: Path) -> None:
    before = write_overall(reports).read_bytes()
    assert write_overall(reports).read_bytes() == before
    (reports / "second" / "report.json").unlink()
    assert "The second" not in overall(reports).text
    (reports / "first" / "report.json").unlink()
    assert "0 tables and figures of 0 experiments" in overall(reports).text


def test_table_10_comes_after_table_9() -> None:
    assert sorted(["table10", "figure2", "table9"], key=natural) == ["figure2", "table9", "table10"]


@needs_chromium
@pytest.mark.parametrize(
    ("chosen", "seen"),
    [
        ([], ["first/table2", "first/figure4", "second/table2", "second/figure11", "second/table1"]),
        (["small"], ["second/table2", "second/figure11", "second/table1"]),
        (["cola"], ["first/figure4"]),
        (["mnli", "stsb"], ["first/table2", "first/figure4", "second/table2", "second/table1"]),
        (["stsb", "small"], ["second/table2"]),
        (["stsb", "stsb"], ["first/table2", "first/figure4", "second/table2", "second/figure11", "second/table1"]),
    ],
)
def test_filters_leave_what_was_chosen(reports: Path, tmp_path: Path, chosen: list[str], seen: list[str]) -> None:
    clicks = "".join(f"document.querySelector('[value={value}]').click();" for value in chosen)
    answer = f"[{SEEN}, document.getElementById('count').textContent, document.getElementById('filters').hidden]"
    answered = asked(write_overall(reports), tmp_path / "profile", f"{clicks}\n{answer}")
    assert answered == [seen, f"{len(seen)} of 5 are shown.", False]


@needs_chromium
def test_a_filter_leaves_the_columns_and_lines_of_its_tasks(reports: Path, tmp_path: Path) -> None:
    acts = """
    document.querySelector('[value=mnli]').click();
    const left = (all) => [...all].filter((one) => !one.hidden);
    const words = (id) => left(document.getElementById(id).querySelector('tr').cells).map((one) => one.textContent);
    const runs = left(document.getElementById('first/table2').querySelectorAll('.runs tbody tr')).length;
    const links = left(document.querySelectorAll('nav a[id]')).length;
    [words('first/table2'), words('first/figure4'), runs, links]
    """
    assert asked(write_overall(reports), tmp_path / "profile", acts) == [["Task", "MNLI"], ["", "MNLI"], 4, 3]


@needs_chromium
def test_everything_comes_back(reports: Path, tmp_path: Path) -> None:
    acts = f"""
    document.querySelector('[value=cola]').click();
    document.querySelector('[type=reset]').click();
    [{SEEN}.length, document.querySelectorAll('main [hidden], nav [hidden]').length]
    """
    assert asked(write_overall(reports), tmp_path / "profile", acts) == [5, 0]


@needs_chromium
def test_a_cell_leads_to_the_runs_of_its_own_experiment(reports: Path, tmp_path: Path) -> None:
    acts = """
    document.querySelector('#second\\\\/table2 a.behind').click();
    [location.hash, document.querySelector('tr:target').closest('details').open]
    """
    assert asked(write_overall(reports), tmp_path / "profile", acts) == ["#second/table2/full/stsb/pearson/0", True]


@needs_chromium
@pytest.mark.parametrize("flags", [[], ["--force-dark-mode"]], ids=["light", "dark"])
def test_axe_has_no_serious_finding(reports: Path, tmp_path: Path, flags: list[str]) -> None:
    assert findings(write_overall(reports), tmp_path / "profile", *flags) == []


@needs_chromium
def test_without_scripts_everything_is_there_and_no_filter(reports: Path, tmp_path: Path) -> None:
    page = write_overall(reports)
    still = page.with_name("still.html")
    still.write_text(re.sub(r"<script>.*</script>", "", page.read_text(encoding="utf-8"), flags=re.S), encoding="utf-8")
    reader = Reader(chromium(tmp_path / "profile", "--dump-dom", still.as_uri()))
    assert [attrs.get("id") for _, attrs in reader.seen if "hidden" in attrs] == ["filters", "tip"]
