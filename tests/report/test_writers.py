"""The four writers over everything that a study can show: complete, rectangular, and safe from hostile text."""

import csv
import io
import re
from dataclasses import replace

import pytest

from lightning_tickets.published.numbers import PublishedValue
from lightning_tickets.report import csv as csv_writer
from lightning_tickets.report import latex, markdown
from lightning_tickets.report.build_table import build_table
from lightning_tickets.report.side_tables import side_tables
from lightning_tickets.report.table import Cell, Column, Group, Row, Table
from lightning_tickets.studies.measurement import Exhibit, Round
from tests.report.conftest import NASTY
from tests.report.reading import html_table, with_comparisons

HOSTILE = f"{NASTY} | a_b *c* `d` $x$ 5 % & # {{~^\\}} [e](f) \"g\" 'h'\nnext"


@pytest.fixture(
    params=["table", "sweep", "curves", "nasty", "sheet", "matrix", "heatmap", "search", "published", "verdicts"]
)
def built(request: pytest.FixtureRequest, table: Exhibit) -> Table:
    match request.param:
        case "heatmap":
            return build_table(replace(table, drawn="heatmap"))
        case "search":
            rounds = (Round(1.0, 0.9, 0.8), Round(None, None, 0.64))
            return build_table(replace(request.getfixturevalue("search"), rounds=rounds, missing=("cli",)))
        case "published":
            published = (replace(f, published=PublishedValue(80.0, 70)) for f in table.measurements)
            sides = side_tables(replace(table, measurements=tuple(published)), {})
        case "verdicts":
            sides = side_tables(*with_comparisons(table))
        case _:
            return build_table(request.getfixturevalue(request.param))
    ((_, side),) = sides
    return side


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


def height(built: Table) -> int:
    """Of the header, the rows, and the titles above them."""
    return len(built.header) + len(built.rows) + sum(bool(group.title) for group in built.groups)


def bars(text: str) -> set[int]:
    """How many unescaped bars the lines of a Markdown table have."""
    return {len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines() if line.startswith("|")}


def test_html_holds_every_text_in_order(built: Table) -> None:
    reader = html_table(built)
    at = 0
    for text in [*(text for line in built.header for text in line), *text_of(built)]:
        at = reader.text.index(" ".join(text.split()), at)
    assert reader.tags <= set("table thead tbody tr th td strong sup small a span".split())
    assert sum(tag == "tr" for tag, _ in reader.seen) == height(built)
    assert reader.seen.count(("td", {"class": "missing"})) == sum(c.missing for row in built.rows for c in row.cells)


def test_markdown_is_rectangular(built: Table) -> None:
    text = markdown.write(built)
    assert sum(line.startswith("|") for line in text.splitlines()) == height(built) + 1
    assert bars(text) == {len(built.columns) + 1}


def test_latex_is_rectangular_and_balanced(built: Table) -> None:
    text = latex.write(built)
    (inside,) = re.findall(r"\\toprule(.*)\\bottomrule", text, flags=re.S)
    lines = [line for line in inside.splitlines() if line.endswith(r"\\")]
    spans = [sum(int(width) - 1 for width in re.findall(r"\\multicolumn\{(\d+)\}", line)) for line in lines]
    assert len(lines) == height(built)
    widths = {len(re.findall(r"(?<!\\)&", line)) + span for line, span in zip(lines, spans, strict=True)}
    assert widths == {len(built.columns) - 1}
    assert [text.count(rule) for rule in (r"\toprule", r"\bottomrule")] == [1, 1]
    begun, ended = re.findall(r"\\begin\{(\w+)\}", text), re.findall(r"\\end\{(\w+)\}", text)
    assert begun == ended == (["tabular", "minipage"] if built.notes else ["tabular"])
    bare = re.sub(r"\\[{}]", "", text.split("\n% ")[0])
    assert bare.count("{") == bare.count("}")


def test_csv_is_rectangular_and_holds_the_records_or_the_table(built: Table) -> None:
    lines = list(csv.reader(io.StringIO(csv_writer.write(built))))
    assert len({len(line) for line in lines}) == 1 and len(lines) > 1
    if built.records:
        assert lines == [list(record) for record in built.records]
    else:
        assert [text for line in lines[len(built.header) :] for text in line] == text_of(built)


def test_html_escapes_hostile_text(hostile: Table) -> None:
    reader = html_table(hostile)
    assert "script" not in reader.tags and reader.text.count(NASTY) == 8
    assert reader.all("data-task") == [HOSTILE, HOSTILE] and reader.all("aria-label") == [HOSTILE]


def test_markdown_escapes_hostile_text(hostile: Table) -> None:
    text = markdown.write(hostile).split("```")[0]
    assert "<" not in text and text.count("next") == 11
    assert not re.search(r"(?<![\\*])\*c|(?<!\\)[`$\[]", text)
    assert bars(text) == {3}


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
