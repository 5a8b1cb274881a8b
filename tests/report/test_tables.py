"""CSV, Markdown and LaTeX of the same exhibit."""

from dataclasses import replace
from pathlib import Path

import pytest

from lightning_tickets.report.latex import escape
from lightning_tickets.report.names import row_name, task_name
from lightning_tickets.studies.measurement import Exhibit, Measurement
from tests.report.reading import csv_text, latex, written

EXPECTED = Path(__file__).parent / "expected"


@pytest.mark.parametrize("kind", ["table", "sweep", "nasty", "sheet", "matrix"])
def test_texts_are_as_expected(kind: str, request: pytest.FixtureRequest) -> None:
    exhibit = request.getfixturevalue(kind)
    files = {path.suffix[1:]: path.read_text(encoding="utf-8") for path in EXPECTED.glob(f"{exhibit.name}.*")}
    assert files and {suffix: written(suffix, exhibit) for suffix in files} == files


def test_csv_spells_rows_that_are_tasks_as_published() -> None:
    measurement = Measurement("sst2", "stsb", "pearson", 0.6, (1 / 3,))
    _, line, *_ = csv_text(Exhibit("x", "", "", "table", ("sst2",), ("stsb",), (measurement,))).splitlines()
    assert line == "SST-2,mean,0.6,STS-B,pearson,33.3333,,absolute,1"


def test_latex_escapes_every_special_character() -> None:
    assert escape("a_b & 5% #1 {x} $y$") == r"a\_b \& 5\% \#1 \{x\} \$y\$"
    assert escape("\\ ~ ^\n<b> [*") == r"\textbackslash{} \textasciitilde{} \textasciicircum{} " + (
        r"\textless{}b\textgreater{} {[}{*}"
    )


def test_latex_without_scores_is_ascii(nasty: Exhibit) -> None:
    assert latex(replace(nasty, measurements=())).isascii()


def test_names_that_are_not_known_are_shown_as_they_are() -> None:
    assert (task_name("sst2"), task_name("my_task")) == ("SST-2", "my_task")
    assert (row_name("cola"), row_name("mine")) == ("CoLA", "mine")
