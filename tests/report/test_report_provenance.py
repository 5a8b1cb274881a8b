"""From a cell to the runs behind it, and beside them what the paper prints."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

from lightning_tickets.report.page import page
from lightning_tickets.report.tables import csv_text
from lightning_tickets.report.write import write_report
from lightning_tickets.studies.finding import Exhibit
from tests.report.reading import Reader, asked, needs_chromium

LINK = "document.querySelector('a.behind[href*=\"imp/stsb\"]')"


def printed(table: Exhibit) -> Exhibit:
    """The print has numbers of IMP and of a cell that has not run."""
    numbers = {("imp", "mnli"): 82.6, ("random_mask", "mnli"): 67.5}
    found = tuple(replace(f, printed=numbers.get((f.row, f.task))) for f in table.findings)
    return replace(table, findings=found)


def test_a_cell_with_runs_leads_to_the_line_of_its_runs(table: Exhibit, sweep: Exhibit, nasty: Exhibit) -> None:
    reader = Reader(page("Report", [table, sweep, nasty], {}, []))
    ids = reader.all("id")
    links = [attrs["href"] for tag, attrs in reader.seen if attrs.get("class") == "behind"]
    findings = [f for exhibit in (table, sweep, nasty) for f in exhibit.findings]
    assert len(ids) == len(set(ids)) == 3 + len(findings)
    assert len(links) == sum(bool(f.runs) for f in findings) and len(set(links)) == len(links)
    assert all(link and link[1:] in ids for link in links)
    assert "#table2/imp/mnli/matched_accuracy/0.7" in links and "#table4/imp/rte/accuracy/0.9" in links


def test_ids_hold_nothing_that_means_something_elsewhere(nasty: Exhibit) -> None:
    ids = Reader(page("Report", [nasty], {}, [])).all("id")
    assert "nasty/my_row%231%20%5Bx%5D/a%7Cb_c%20%24x%24/my_metric/0.5" in ids
    assert not set("".join(ids)) & set("<>\"'& #")


def test_a_run_leads_to_what_was_asked_and_what_came_of_it(table: Exhibit) -> None:
    links = {"i-0": "../../runs/i-0", "i-1": "https://example.org", "f-0": "../../runs/f-0/"}
    hrefs = Reader(page("Report", [table], links, [])).all("href")
    assert [href for href in hrefs if "i-0" in href] == [
        "../../runs/i-0",
        "../../runs/i-0/spec.json",
        "../../runs/i-0/result.json",
    ]
    assert "../../runs/f-0/spec.json" in hrefs and not any("example" in href for href in hrefs)


def test_the_print_stands_beside_the_mean(table: Exhibit) -> None:
    text = Reader(page("Report", [printed(table)], {}, [])).text
    assert "MeanStdMedianBestPrintedDifferenceRuns and their scores" in text
    assert "MNLImatched acc.70 %282.502.1282.5084.0082.6−0.10i-0" in text
    assert "MNLImatched acc.70 %067.5" in text  # no run, so no difference
    assert "STS-BPearson50 %290.500.7190.5091.00i-2" in text
    assert "Printed" not in Reader(page("Report", [table], {}, [])).text


def test_the_print_is_the_last_column_of_the_csv_where_there_is_one(table: Exhibit) -> None:
    lines = list(csv.DictReader(io.StringIO(csv_text(printed(table)))))
    assert list(lines[0])[-2:] == ["n", "printed"]
    told = {(line["row"], line["task"]): line["printed"] for line in lines if line["statistic"] == "mean"}
    assert told["imp", "MNLI"] == "82.6" and told["full", "MNLI"] == told["imp", "STS-B"] == ""
    assert "printed" not in csv_text(table)


@needs_chromium
def test_a_click_opens_the_list_at_the_line(table: Exhibit, curves: Exhibit, tmp_path: Path) -> None:
    index = write_report(tmp_path / "report", "Report", [table, curves])
    closed, opened, target, seen = asked(
        index,
        tmp_path / "profile",
        f"""
        const before = [...document.querySelectorAll('details')].filter((one) => one.open).length;
        {LINK}.click();
        const line = () => document.querySelector('tr:target');
        [before, line().closest('details').open, line().id, line().getBoundingClientRect().height > 0]
        """,
    )
    assert (closed, opened, target, seen) == (0, True, "table2/imp/stsb/pearson/0.5", True)


@needs_chromium
def test_the_link_covers_its_cell(table: Exhibit, tmp_path: Path) -> None:
    index = write_report(tmp_path / "report", "Report", [table])
    acts = f"""
    const box = {LINK}.parentElement.getBoundingClientRect();
    [4, box.height - 4].map((y) => document.elementFromPoint(box.x + 4, box.y + y).className)
    """
    assert asked(index, tmp_path / "profile", acts, "--window-size=1200,900") == ["behind", "behind"]
