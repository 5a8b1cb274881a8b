"""Our numbers compared with the published ones: means with means, differences with differences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lightning_tickets.published.numbers import PublishedValue
from lightning_tickets.report import html
from lightning_tickets.report.build_table import build_table
from lightning_tickets.report.side_tables import side_tables
from lightning_tickets.report.versus_paper import sheet
from lightning_tickets.report.write import write_report
from lightning_tickets.studies.measurement import Exhibit
from tests.report.reading import Reader, page


def with_published(table: Exhibit, difference: bool = False) -> Exhibit:
    """Published are a number of IMP, one of a cell that has not run, and one at another sparsity."""
    numbers = {("imp", "mnli"): (82.6, 70), ("random_mask", "mnli"): (67.5, 70), ("imp", "stsb"): (-1.25, 40)}
    published = {where: PublishedValue(*number, difference) for where, number in numbers.items()}
    measurements = tuple(replace(f, published=published.get((f.row, f.task))) for f in table.measurements)
    return replace(table, measurements=measurements, notes=("Paper: it disagrees.", "A note of ours."))


def test_a_mean_is_compared_with_the_published_mean(table: Exhibit) -> None:
    compared = sheet(with_published(table))
    assert [line[3:] for line in compared.lines] == [
        ("70 %", "82.50", "70 %", "82.60", "−0.10"),
        ("50 %", "90.50", "40 %", "-1.25", "+91.75"),
        ("70 %", "—", "70 %", "67.50", "—"),
    ]
    assert compared.caption.startswith("Means, in points") and compared.notes == ("Paper: it disagrees.",)


def test_a_difference_is_compared_with_the_published_difference(table: Exhibit) -> None:
    compared = sheet(with_published(table, difference=True))
    assert [line[4:] for line in compared.lines] == [
        ("−0.50", "70 %", "+82.60", "−83.10"),
        ("+1.50", "40 %", "−1.25", "+2.75"),
        ("—", "70 %", "+67.50", "—"),
    ]
    assert compared.caption.startswith("Means minus those of the full network, in points")


def test_it_is_written_next_to_its_exhibit_and_shown_on_the_page(table: Exhibit, tmp_path: Path) -> None:
    reader = Reader(write_report(tmp_path, "Report", [with_published(table)]).read_text(encoding="utf-8"))
    assert {"table2.printed.md", "table2.printed.csv"} <= {path.name for path in tmp_path.iterdir()}
    assert "Compared with the paper" in reader.text and "table2.printed.md" in reader.all("href")
    assert "MNLImatched acc.70 %82.5070 %82.60−0.10" in reader.text


def test_each_line_says_whose_it_is(table: Exhibit) -> None:
    """The page leaves out those of other tasks; a row that is named like a task is not one of that task."""
    named = replace(
        table, rows=("full", "mnli"), measurements=tuple(replace(f, row="mnli") for f in table.measurements[1:2])
    )
    published = replace(
        named, measurements=(table.measurements[0], replace(named.measurements[0], published=PublishedValue(1.0, 70)))
    )
    rows = tuple(replace(f, row="stsb") for f in published.measurements[1:])
    swapped = replace(published, rows=("full", "stsb"), measurements=rows)
    for exhibit in (published, swapped):
        reader = Reader(html.write(build_table(sheet(exhibit))))
        assert [attrs.get("data-task") for tag, attrs in reader.seen if tag == "tr"] == [None, "mnli"]


def test_without_a_published_number_there_is_no_sheet(table: Exhibit, curves: Exhibit) -> None:
    assert [*side_tables(table, {}), *side_tables(curves, {})] == []
    assert "Compared with the paper" not in Reader(page("Report", [table], {}, [])).text
