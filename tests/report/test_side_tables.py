"""What accompanies an exhibit: our numbers compared with the published ones, and the statistical tests."""

from dataclasses import replace
from pathlib import Path

import pytest

from lightning_tickets.published.numbers import PublishedValue
from lightning_tickets.report.build_table import build_table
from lightning_tickets.report.side_tables import side_tables, versus_paper
from lightning_tickets.report.write import write_report
from lightning_tickets.studies.measurement import Exhibit
from tests.report.reading import html_table, page, read, with_comparisons


def with_published(table: Exhibit, difference: bool = False) -> Exhibit:
    """Published are a number of IMP, one of a cell that has not run, and one at another sparsity."""
    numbers = {("imp", "mnli"): (82.6, 70), ("random_mask", "mnli"): (67.5, 70), ("imp", "stsb"): (-1.25, 40)}
    published = {where: PublishedValue(*number, difference) for where, number in numbers.items()}
    measurements = tuple(replace(f, published=published.get((f.row, f.task))) for f in table.measurements)
    return replace(table, measurements=measurements, notes=("Paper: it disagrees.", "A note of ours."))


def test_a_mean_is_compared_with_the_published_mean(table: Exhibit) -> None:
    compared = versus_paper(with_published(table))
    assert [line[3:] for line in compared.lines] == [
        ("70 %", "82.50", "70 %", "82.60", "−0.10"),
        ("50 %", "90.50", "40 %", "-1.25", "+91.75"),
        ("70 %", "—", "70 %", "67.50", "—"),
    ]
    assert compared.caption.startswith("Means, in points") and compared.notes == ("Paper: it disagrees.",)


def test_a_difference_is_compared_with_the_published_difference(table: Exhibit) -> None:
    compared = versus_paper(with_published(table, difference=True))
    assert [line[4:] for line in compared.lines] == [
        ("−0.50", "70 %", "+82.60", "−83.10"),
        ("+1.50", "40 %", "−1.25", "+2.75"),
        ("—", "70 %", "+67.50", "—"),
    ]
    assert compared.caption.startswith("Means minus those of the full network, in points")


def test_it_is_written_next_to_its_exhibit_and_shown_on_the_page(table: Exhibit, tmp_path: Path) -> None:
    reader = read(write_report(tmp_path, "Report", [with_published(table)]))
    assert {"table2.paper.md", "table2.paper.csv"} <= {path.name for path in tmp_path.iterdir()}
    assert "Compared with the paper" in reader.text and "table2.paper.md" in reader.all("href")
    assert "MNLImatched acc.70 %82.5070 %82.60−0.10" in reader.text


@pytest.mark.parametrize("row", ["mnli", "stsb"])
def test_each_line_says_whose_it_is(table: Exhibit, row: str) -> None:
    """The page leaves out those of other tasks; a row that is named like a task is not one of that task."""
    full, imp, *_ = table.measurements
    named = replace(imp, row=row, published=PublishedValue(1.0, 70))
    exhibit = replace(table, rows=("full", row), measurements=(full, named))
    reader = html_table(build_table(versus_paper(exhibit)))
    assert [attrs.get("data-task") for tag, attrs in reader.seen if tag == "tr"] == [None, "mnli"]


def test_without_a_published_number_there_is_no_sheet(table: Exhibit, curves: Exhibit) -> None:
    assert [*side_tables(table, {}), *side_tables(curves, {})] == []
    assert "Compared with the paper" not in page(table).text


def test_verdicts_are_a_sheet_next_to_its_exhibit(table: Exhibit, tmp_path: Path) -> None:
    seeded, comparisons = with_comparisons(table)
    reader = read(write_report(tmp_path, "Report", [seeded], comparisons=comparisons))
    assert reader.files == {path.name for path in tmp_path.iterdir()} - {"index.html", "report.json"} | {
        "../index.html"
    }
    assert "table2.tests.md" in reader.files and "Better, worse, the same?" in reader.text
    header, *lines = (tmp_path / "table2.tests.csv").read_text(encoding="utf-8").splitlines()
    assert header.startswith("Row,Task,Metric") and len(lines) == len(comparisons[table.name]) == 4
