"""From a cell to the runs behind it."""

from __future__ import annotations

from pathlib import Path

from lightning_tickets.report.write import write_report
from lightning_tickets.studies.measurement import Exhibit
from tests.report.reading import Reader, asked, needs_chromium, page

LINK = "document.querySelector('a.behind[href*=\"imp/stsb\"]')"


def test_a_cell_with_runs_leads_to_the_line_of_its_runs(table: Exhibit, sweep: Exhibit, nasty: Exhibit) -> None:
    reader = Reader(page("Report", [table, sweep, nasty], {}, []))
    ids = reader.all("id")
    links = [attrs["href"] for tag, attrs in reader.seen if attrs.get("class") == "behind"]
    measurements = [f for exhibit in (table, sweep, nasty) for f in exhibit.measurements]
    assert len(ids) == len(set(ids)) == 3 + len(measurements)
    assert len(links) == sum(bool(f.runs) for f in measurements) and len(set(links)) == len(links)
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
