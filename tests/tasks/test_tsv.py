"""GLUE's files as they come: what is read, and one line that says where a file is wrong."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightning_tickets.errors import UserError
from lightning_tickets.tasks.tsv import Layout, read_table

NUMBERED = Layout("CoLA", 3, None, 1, ("0", "1"))
NAMED = Layout("RTE", "sentence1", "sentence2", "label", ("entailment", "not_entailment"))
SCORED = Layout("STS-B", "sentence1", "sentence2", "score")
HEADER = b"index\tsentence1\tsentence2\tlabel\n"


@pytest.fixture
def read(tmp_path: Path):
    def reading(content: bytes, layout: Layout) -> list[dict]:
        (tmp_path / "train.tsv").write_bytes(content)
        return read_table(tmp_path / "train.tsv", layout)

    return reading


def message(read, content: bytes, layout: Layout) -> str:
    """The error's text, which is one line and names the file."""
    with pytest.raises(UserError) as raised:
        read(content, layout)
    text = str(raised.value)
    assert len(text.splitlines()) == 1 and "train.tsv" in text
    return text


def test_columns_by_number_without_a_header(read) -> None:
    rows = read(b"gj04\t1\t\tThe dog sleeps.\ngj04\t0\t*\tDog the sleeps.\n", NUMBERED)
    assert rows == [
        {"first": "The dog sleeps.", "second": None, "label": 1},
        {"first": "Dog the sleeps.", "second": None, "label": 0},
    ]


def test_columns_by_name(read) -> None:
    rows = read(HEADER + b"0\tA b.\tC d.\tnot_entailment\n", NAMED)
    assert rows == [{"first": "A b.", "second": "C d.", "label": 1}]


def test_columns_by_name_wherever_they_stand(read) -> None:
    rows = read(b"label\tsentence2\tmore\tsentence1\nentailment\tsecond\tx\tfirst\n", NAMED)
    assert rows == [{"first": "first", "second": "second", "label": 0}]


def test_numbers_where_no_labels_are_written(read) -> None:
    assert read(b"sentence1\tsentence2\tscore\na\tb\t3.25\n", SCORED)[0]["label"] == 3.25


def test_lone_quotation_marks_stay(read) -> None:
    rows = read(HEADER + b'0\t"A b.\tC "d.\tentailment\n1\tE\tF"\tentailment\n', NAMED)
    assert [(r["first"], r["second"]) for r in rows] == [('"A b.', 'C "d.'), ("E", 'F"')]


def test_blanks_within_a_cell_stay(read) -> None:
    assert read(HEADER + b"0\t a  b \tc\tentailment\n", NAMED)[0]["first"] == " a  b "


@pytest.mark.parametrize("separator", ["\u2028", "\x85", "\x0b", "\x1c"])
def test_only_line_feeds_end_lines(separator: str, read) -> None:
    rows = read(HEADER + f"0\ta{separator}b\tc\tentailment\n".encode(), NAMED)
    assert [row["first"] for row in rows] == [f"a{separator}b"]


@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: content.rstrip(b"\n"),
        lambda content: content + b"\n\n",
    ],
    ids=["byte order mark", "CRLF", "no last line end", "blank lines at the end"],
)
def test_ways_to_write_the_same_file(change, read) -> None:
    content = b"sentence1\tsentence2\tlabel\na\tb\tentailment\nc\td\tnot_entailment\n"
    assert read(change(content), NAMED) == read(content, NAMED)


def test_letters_beyond_ascii(read) -> None:
    assert read(HEADER + "0\tcafé ☕\tnaïve\tentailment\n".encode(), NAMED)[0]["first"] == "café ☕"


def test_a_short_line_is_named(read) -> None:
    text = message(read, HEADER + b"0\ta\tb\tentailment\n1\ta\n", NAMED)
    assert "line 3" in text and "2 columns" in text and "4" in text


def test_a_blank_line_in_the_middle_is_named(read) -> None:
    assert "line 2" in message(read, b"x\t1\t\ta\n\nx\t1\t\tb\n", NUMBERED)


def test_an_unknown_label_is_named_with_what_is_allowed(read) -> None:
    text = message(read, HEADER + b"0\ta\tb\tmaybe\n", NAMED)
    assert "line 2" in text and "'maybe'" in text and "entailment, not_entailment" in text


@pytest.mark.parametrize("written", [b"high", b"", b"nan", b"inf", b"-inf"])
def test_a_score_that_is_no_number_is_named(written: bytes, read) -> None:
    assert "line 2" in message(read, b"sentence1\tsentence2\tscore\na\tb\t" + written + b"\n", SCORED)


@pytest.mark.parametrize("content", [b"", b"\n\n", b" \r\n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("layout", [NUMBERED, NAMED], ids=["numbered", "named"])
def test_an_empty_file(content: bytes, layout: Layout, read) -> None:
    message(read, content, layout)


def test_a_header_alone(read) -> None:
    assert "no rows" in message(read, HEADER, NAMED)


def test_not_utf8(read) -> None:
    assert "UTF-8" in message(read, HEADER + b"0\tcaf\xe9\tb\tentailment\n", NAMED)


def test_a_missing_column_is_named_with_those_there_are(read) -> None:
    text = message(read, b"index\tsentence1\tsentence\tlabel\n0\ta\tb\tentailment\n", NAMED)
    assert "'sentence2'" in text and "line 1" in text and "sentence1" in text


def test_a_header_with_other_line_ends_is_still_one_line(read) -> None:
    message(read, b"index\tsentence1\tlabel\r0\ta\tentailment\r", NAMED)


def test_a_folder_in_the_files_place(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=str(tmp_path)):
        read_table(tmp_path, NAMED)


cells = st.sampled_from(
    [b"\t", b"\n", b"\r", b"0", b"1", b"a", b'"', b"entailment", b"3.5", b"\xe9", b"\xc3\xa9", HEADER]
)
content = st.one_of(st.binary(max_size=80), st.lists(cells, max_size=30).map(b"".join))


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(content=content, layout=st.sampled_from([NUMBERED, NAMED, SCORED]))
def test_any_bytes_give_rows_or_one_line(content: bytes, layout: Layout, tmp_path_factory) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed.tsv"
    path.write_bytes(content)
    try:
        rows = read_table(path, layout)
    except UserError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert rows and all(set(row) == {"first", "second", "label"} for row in rows)
