"""The four writers over everything that a study can show: complete, rectangular, and safe from hostile text."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest

from lightning_tickets.published.numbers import PublishedValue
from lightning_tickets.report import csv as csv_writer
from lightning_tickets.report import html, latex, markdown
from lightning_tickets.report.build_table import build_table
from lightning_tickets.report.side_tables import side_tables
from lightning_tickets.report.table import Cell, Column, Group, Row, Table
from lightning_tickets.studies.comparison import compare_with_baseline
from lightning_tickets.studies.measurement import Exhibit, Matrix, PruningRounds, Round, TextTable
from lightning_tickets.studies.statistics.bootstrap import ExampleBootstrap
from tests.report.conftest import NASTY
from tests.report.reading import Reader

HOSTILE = f"{NASTY} | a_b *c* `d` $x$ 5 % & # {{~^\\}} [e](f) \"g\" 'h'\nnext"
KINDS = ["table", "sweep", "curves", "heatmap", "nasty", "sheet", "matrix", "search", "published", "verdicts"]


@pytest.fixture
def built(
    request: pytest.FixtureRequest, table: Exhibit, sweep: Exhibit, curves: Exhibit, nasty: Exhibit, sheet, matrix
) -> Table:
    rounds = (Round(1.0, 0.9, 0.8), Round(None, None, 0.64))
    published = replace(
        table, measurements=tuple(replace(f, published=PublishedValue(80.0, 70)) for f in table.measurements)
    )
    seeded = replace(
        table, measurements=tuple(replace(f, seeds=tuple(range(len(f.scores)))) for f in table.measurements)
    )
    verdicts = {table.name: compare_with_baseline(seeded, ExampleBootstrap(lambda run: None))}
    kinds: dict[str, Exhibit | Matrix | PruningRounds | TextTable] = {
        "table": table,
        "sweep": sweep,
        "curves": curves,
        "heatmap": replace(table, drawn="heatmap"),
        "nasty": nasty,
        "sheet": sheet,
        "matrix": matrix,
        "search": PruningRounds(
            "figure1",
            "Figure 1",
            "Rounds.",
            metric="accuracy",
            rounds=rounds,
            tasks=("rte",),
            notes=("A note.",),
            missing=("cli",),
        ),
    }
    if request.param in kinds:
        return build_table(kinds[request.param])
    sides = dict(side_tables(published, {}) if request.param == "published" else side_tables(seeded, verdicts))
    return next(iter(sides.values()))


@pytest.fixture
def hostile() -> Table:
    """Every text of a table is hostile, except for its name."""
    cell = Cell(HOSTILE, "1.0", "†", HOSTILE, bold=True, link="x", link_label=HOSTILE)
    rows = (Row((Cell(HOSTILE), cell), HOSTILE),)
    columns = (Column(align="left"), Column(HOSTILE))
    head = ((HOSTILE, HOSTILE),) * 2
    return Table("x", HOSTILE, HOSTILE, columns, head, (Group(rows, HOSTILE),), (HOSTILE,), (HOSTILE,), ("cli <b>",))


def text_of(built: Table) -> list[str]:
    return [cell.text for row in built.rows for cell in row.cells]


@pytest.mark.parametrize("built", KINDS, indirect=True)
def test_html_holds_every_text_in_order(built: Table) -> None:
    reader = Reader(html.write(built))
    at = 0
    for text in [*(text for line in built.header for text in line), *text_of(built)]:
        at = reader.text.index(" ".join(text.split()), at)
    assert {tag for tag, _ in reader.seen} <= set("table thead tbody tr th td strong sup small a span".split())
    assert sum(tag == "tr" for tag, _ in reader.seen) == len(built.header) + len(built.rows) + sum(
        bool(group.title) for group in built.groups
    )
    assert reader.seen.count(("td", {"class": "missing"})) == sum(c.missing for row in built.rows for c in row.cells)


@pytest.mark.parametrize("built", KINDS, indirect=True)
def test_markdown_is_rectangular(built: Table) -> None:
    lines = [line for line in markdown.write(built).splitlines() if line.startswith("|")]
    titles = sum(bool(group.title) for group in built.groups)
    assert len(lines) == len(built.header) + 1 + titles + len(built.rows)
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {len(built.columns) + 1}


@pytest.mark.parametrize("built", KINDS, indirect=True)
def test_latex_is_rectangular_and_balanced(built: Table) -> None:
    text = latex.write(built)
    inside = text.split(r"\toprule")[1].split(r"\bottomrule")[0]
    lines = [line for line in inside.splitlines() if line.endswith(r"\\") and r"\multicolumn" not in line]
    assert len(lines) == len(built.header) + len(built.rows)
    assert {len(re.findall(r"(?<!\\)&", line)) for line in lines} == {len(built.columns) - 1}
    bare = re.sub(r"\\[{}]", "", text.split("\n% ")[0])
    assert bare.count("{") == bare.count("}") and bare.count(r"\begin") == bare.count(r"\end")


@pytest.mark.parametrize("built", KINDS, indirect=True)
def test_csv_is_rectangular_and_holds_the_records_or_the_table(built: Table) -> None:
    lines = list(csv.reader(io.StringIO(csv_writer.write(built))))
    assert len({len(line) for line in lines}) == 1 and len(lines) > 1
    if built.records:
        assert lines == [list(record) for record in built.records]
    else:
        assert [text for line in lines[len(built.header) :] for text in line] == text_of(built)


def test_html_escapes_hostile_text(hostile: Table) -> None:
    reader = Reader(html.write(hostile))
    assert "script" not in {tag for tag, _ in reader.seen} and reader.text.count(NASTY) == 8
    assert reader.all("data-task") == [HOSTILE, HOSTILE] and reader.all("aria-label") == [HOSTILE]


def test_markdown_escapes_hostile_text(hostile: Table) -> None:
    text = markdown.write(hostile).split("```")[0]
    assert "<" not in text and text.count("next") == 11
    assert not re.search(r"(?<![\\*])\*c|(?<!\\)[`$\[]", text)
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {3}


def test_latex_escapes_hostile_text(hostile: Table) -> None:
    text = latex.write(hostile).split("\n% ")[0]
    for sign in "#&_":
        assert text.count(sign) - text.count(f"\\{sign}") == (3 if sign == "&" else 0), sign
    assert text.count(r"5\,\%") == text.count("%") == text.count(r"\$x\$") == 9
    assert "<" not in text and "^" not in text and "~" not in text and text.count(r"\textbackslash{}") == 9


def test_csv_keeps_hostile_text_as_it_is(hostile: Table) -> None:
    lines = list(csv.reader(io.StringIO(csv_writer.write(hostile))))
    assert lines == [[HOSTILE, HOSTILE]] * 3


@pytest.mark.parametrize(
    "change", [{"header": (("a",),)}, {"columns": ()}, {"columns": (), "header": (), "groups": ()}]
)
def test_a_table_that_is_not_rectangular_is_refused(hostile: Table, change: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(ValueError, match="table x: expected rows of one width"):
        Table(**{**vars(hostile), **change})
