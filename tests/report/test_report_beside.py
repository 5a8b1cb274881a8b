"""What the paper prints beside what has been found: means beside means, differences beside differences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lightning_tickets.report.content.beside import sheet
from lightning_tickets.report.content.companions import companions
from lightning_tickets.report.forms.views import view
from lightning_tickets.report.pages.page import page
from lightning_tickets.report.pages.write import write_report

from lightning_tickets.published.numbers import Printed
from lightning_tickets.studies.finding import Exhibit
from tests.report.reading import Reader


def with_print(table: Exhibit, difference: bool = False) -> Exhibit:
    """The print has a number of IMP, of a cell that has not run, and one at another sparsity."""
    numbers = {("imp", "mnli"): (82.6, 70), ("random_mask", "mnli"): (67.5, 70), ("imp", "stsb"): (-1.25, 40)}
    told = {where: Printed(*number, difference) for where, number in numbers.items()}
    found = tuple(replace(f, printed=told.get((f.row, f.task))) for f in table.findings)
    return replace(table, findings=found, notes=("Print: it disagrees.", "A note of ours."))


def test_a_mean_stands_beside_the_printed_mean(table: Exhibit) -> None:
    found = sheet(with_print(table))
    assert [line[3:] for line in found.lines] == [
        ("70 %", "82.50", "70 %", "82.60", "−0.10"),
        ("50 %", "90.50", "40 %", "-1.25", "+91.75"),
        ("70 %", "—", "70 %", "67.50", "—"),
    ]
    assert found.shows.startswith("Means, in points") and found.notes == ("Print: it disagrees.",)


def test_a_difference_stands_beside_the_printed_difference(table: Exhibit) -> None:
    found = sheet(with_print(table, difference=True))
    assert [line[4:] for line in found.lines] == [
        ("−0.50", "70 %", "+82.60", "−83.10"),
        ("+1.50", "40 %", "−1.25", "+2.75"),
        ("—", "70 %", "+67.50", "—"),
    ]
    assert found.shows.startswith("Means minus those of the full network, in points")


def test_it_is_left_beside_its_exhibit_and_shown_on_the_page(table: Exhibit, tmp_path: Path) -> None:
    reader = Reader(write_report(tmp_path, "Report", [with_print(table)]).read_text(encoding="utf-8"))
    assert {"table2.printed.md", "table2.printed.csv"} <= {path.name for path in tmp_path.iterdir()}
    assert "Beside the print" in reader.text and "table2.printed.md" in reader.all("href")
    assert "MNLImatched acc.70 %82.5070 %82.60−0.10" in reader.text


def test_each_line_says_whose_it_is(table: Exhibit) -> None:
    """The page leaves out those of other tasks; a row that is named like a task is not one of that task."""
    named = replace(table, rows=("full", "mnli"), findings=tuple(replace(f, row="mnli") for f in table.findings[1:2]))
    told = replace(named, findings=(table.findings[0], replace(named.findings[0], printed=Printed(1.0, 70))))
    swapped = replace(told, rows=("full", "stsb"), findings=tuple(replace(f, row="stsb") for f in told.findings[1:]))
    for exhibit in (told, swapped):
        reader = Reader("\n".join(view(sheet(exhibit)).table()))
        assert [attrs.get("data-task") for tag, attrs in reader.seen if tag == "tr"] == [None, "mnli"]


def test_nothing_in_print_has_no_sheet(table: Exhibit, curves: Exhibit) -> None:
    assert [*companions(table, {}), *companions(curves, {})] == []
    assert "print" not in Reader(page("Report", [table], {}, [])).text
