"""Sheets and matrices: their files, and their sections on the page."""

from dataclasses import replace
from pathlib import Path

import pytest

from lightning_tickets.report.build_table import build_table, with_names
from lightning_tickets.report.captions import caption
from lightning_tickets.report.sections import formats
from lightning_tickets.report.write import write_exhibit, write_report
from lightning_tickets.studies.measurement import Matrix, TextTable
from tests.report.reading import latex, markdown, page


def test_a_sheet_leaves_three_files(sheet: TextTable, tmp_path: Path) -> None:
    assert [path.name for path in write_exhibit(sheet, tmp_path)] == ["table1.csv", "table1.md", "table1.tex"]
    assert (tmp_path / "table1.md").read_text(encoding="utf-8") == markdown(sheet)


def test_the_latex_of_a_sheet_ends_with_its_commands_and_needs_booktabs_only(sheet: TextTable) -> None:
    text = latex(replace(sheet, missing=("cli task=<b>\nnext",)))
    assert text.endswith("% The commands of the missing runs:\n% cli task=<b> next\n")
    assert "minipage" not in latex(replace(sheet, notes=()))


@pytest.mark.parametrize("change", [{"lines": (("mnli", "1"),)}, {"head": (), "lines": ()}])
def test_a_sheet_that_is_not_rectangular_is_refused(sheet: TextTable, change: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(ValueError, match="table1"):
        markdown(TextTable(**{**vars(sheet), **change}))


def test_a_row_of_a_sheet_has_its_name_as_in_other_tables(sheet: TextTable) -> None:
    by_row = replace(
        sheet, head=("row", "rate"), lines=(("mlm+mnli, 70 %", "1"), ("imp", "2"), ("mine", "3")), tasks=()
    )
    labels = [row.cells[0].text for row in build_table(by_row).rows]
    assert labels == ["MLM + MNLI, 70 %", "m_IMP ⊙ θ₀ (IMP)", "mine"]


def test_a_sheet_without_lines_is_a_head(sheet: TextTable) -> None:
    assert markdown(replace(sheet, lines=())).count("\n| ") == 2
    assert page(replace(sheet, lines=())).all("scope")


def test_a_matrix_leaves_pictures_and_its_numbers(matrix: Matrix, tmp_path: Path) -> None:
    paths = write_exhibit(matrix, tmp_path)
    assert [path.name for path in paths] == ["figure4.png", "figure4.svg", "figure4.csv", "figure4.md"]
    assert paths[0].read_bytes().startswith(b"\x89PNG") and b"</svg>" in paths[1].read_bytes()
    assert (tmp_path / "figure4.md").read_text(encoding="utf-8") == markdown(matrix)
    assert caption(matrix) == "What is shared. 1 run is missing. By chance 20 %."
    assert with_names(matrix).rows == ("MNLI", "CoLA")


def test_the_page_has_a_section_for_each(sheet: TextTable, matrix: Matrix) -> None:
    reader = page(sheet, matrix)
    for exhibit in (sheet, matrix):
        assert exhibit.title in reader.text and exhibit.caption in reader.text and exhibit.notes[0] in reader.text
        assert {f"{exhibit.name}.{suffix}" for suffix in formats(exhibit)} <= reader.files
    assert "<script>alert(1)</script>" in reader.text and "b" not in reader.tags
    assert reader.all("data-tip") == ["MNLI, MNLI: 100.0 %", "MNLI, CoLA: 34.6 %", "CoLA, CoLA: 100.0 %"]
    assert "The numbers as a table" in reader.text and "34.6" in reader.text
    assert "drawn from the scores of 0 runs. 1 run is missing" in reader.text
    assert reader.text.count("The commands of the missing runs") == 1


def test_two_exhibits_of_one_name_are_refused(sheet: TextTable, matrix: Matrix, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="table1"):
        write_report(tmp_path, "Report", [sheet, replace(matrix, name="table1")])
