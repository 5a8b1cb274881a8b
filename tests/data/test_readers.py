"""Files of every form as they come: what is read, and one line that says where a file is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightning_tickets.data.readers import READERS, read_records
from lightning_tickets.data.rows import Columns
from tests.data import reading
from tests.data.reading import ANSWERS, CLASSES, NUMBERED, SCORES, TEXT, end_of, part_of, read, refusal

NAMED = Columns(
    (("first", "sentence1"), ("second", "sentence2"), ("label", "label")), labels=("entailment", "not_entailment")
)
HEADER = b"index\tsentence1\tsentence2\tlabel\n"


@pytest.fixture
def tsv(tmp_path: Path):
    def run(content: bytes, columns: Columns) -> list[dict[str, Any]]:
        (tmp_path / "train.tsv").write_bytes(content)
        return read(tmp_path / "train.tsv", columns)

    return run


@pytest.fixture
def wrong(tmp_path: Path):
    """Why a file with this content is refused."""

    def run(name: str, content: bytes, columns: Columns) -> str:
        (tmp_path / name).write_bytes(content)
        return reading.unreadable(tmp_path / name, columns)

    return run


# Tab-separated: GLUE's own form


def test_columns_by_number_without_a_header(tsv) -> None:
    assert tsv(b"gj04\t1\t\tThe dog sleeps.\ngj04\t0\t*\tDog the sleeps.\n", NUMBERED) == [
        {"first": "The dog sleeps.", "second": None, "label": 1},
        {"first": "Dog the sleeps.", "second": None, "label": 0},
    ]


def test_columns_by_name(tsv) -> None:
    rows = tsv(HEADER + b"0\tA b.\tC d.\tnot_entailment\n", NAMED)
    assert rows == [{"first": "A b.", "second": "C d.", "label": 1}]


def test_columns_by_name_wherever_they_stand(tsv) -> None:
    rows = tsv(b"label\tsentence2\tmore\tsentence1\nentailment\tsecond\tx\tfirst\n", NAMED)
    assert rows == [{"first": "first", "second": "second", "label": 0}]


def test_lone_quotation_marks_stay(tsv) -> None:
    rows = tsv(HEADER + b'0\t"A b.\tC "d.\tentailment\n1\tE\tF"\tentailment\n', NAMED)
    assert [(r["first"], r["second"]) for r in rows] == [('"A b.', 'C "d.'), ("E", 'F"')]


def test_blanks_within_a_cell_stay(tsv) -> None:
    assert tsv(HEADER + b"0\t a  b \tc\tentailment\n", NAMED)[0]["first"] == " a  b "


@pytest.mark.parametrize("separator", ["\u2028", "\x85", "\x0b", "\x1c"])
def test_only_line_feeds_end_lines(separator: str, tsv) -> None:
    rows = tsv(HEADER + f"0\ta{separator}b\tc\tentailment\n".encode(), NAMED)
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
def test_ways_to_write_the_same_file(change, tsv) -> None:
    content = b"sentence1\tsentence2\tlabel\na\tb\tentailment\nc\td\tnot_entailment\n"
    assert tsv(change(content), NAMED) == tsv(content, NAMED) and len(tsv(content, NAMED)) == 2


def test_letters_beyond_ascii(tsv) -> None:
    assert tsv(HEADER + "0\tcafé ☕\tnaïve\tentailment\n".encode(), NAMED)[0]["first"] == "café ☕"


def test_a_file_cut_in_half_is_refused_at_its_last_line(wrong) -> None:
    content = HEADER + b"0\ta\tb\tentailment\n1\ta\tb\tnot_entailment\n"
    assert (
        wrong("train.tsv", content[:-10], NAMED)
        == ", line 3: label 'not_e'; expected one of entailment, not_entailment"
    )
    message = ", line 3: no column 'sentence2'; its columns are 'index', 'sentence1'"
    assert wrong("train.tsv", HEADER + b"0\ta\tb\tentailment\n1\ta", NAMED) == message


NO_COLUMN = ", line 2: no column 'sentence2'; its columns are 'index', 'sentence1', 'sentence', 'label'"


@pytest.mark.parametrize(
    ("content", "columns", "message"),
    [
        (HEADER + b"0\ta\tb\tentailment\tm\tn\n", NAMED, ", line 2: 2 more columns than the header, the first 'm'"),
        (b"x\t1\t\ta\nx\t1\n", NUMBERED, ", line 2: expected at least 4 columns, got 2"),
        (b"x\t1\t\ta\n\nx\t1\t\tb\n", NUMBERED, ", line 2: expected at least 4 columns, got 1"),
        (b"index\tsentence1\tsentence\tlabel\n0\ta\tb\tentailment\n", NAMED, NO_COLUMN),
    ],
    ids=["too many", "too few", "a blank line in the middle", "another name"],
)
def test_a_line_with_other_columns_is_refused(content: bytes, columns: Columns, message: str, wrong) -> None:
    assert wrong("train.tsv", content, columns) == message


def test_of_very_many_columns_some_are_listed(wrong) -> None:
    header = "\t".join(f"column{n}" for n in range(5000)).encode()
    message = wrong("train.tsv", header + b"\n" + header + b"\n", NAMED)
    assert message.endswith("'column10', 'column11', …")


def test_columns_by_number_are_for_files_without_a_header(wrong) -> None:
    assert wrong("train.csv", b"a,b,c,d,e\n1,2,3,4,5\n", NUMBERED).startswith(", line 2: no column 3; its columns are")


def test_a_file_is_read_row_by_row(tmp_path: Path) -> None:
    (tmp_path / "train.tsv").write_bytes(b"first\na\n\xff\n")
    records = read_records(tmp_path / "train.tsv")
    assert next(records)[1] == {"first": "a"}
    assert ", line 3: not UTF-8 at byte 0" in refusal(lambda: records)


# Lines of text in general


@pytest.mark.parametrize(
    ("name", "before", "columns"),
    [
        ("train.tsv", b"first\tlabel\na\t1\n", CLASSES),
        ("train.csv", b'first,label\n"a\nb",1\n', CLASSES),
        ("train.jsonl", b'{"first": "a", "label": 1}\n', CLASSES),
        ("train.txt", b"a\n\n", TEXT),
    ],
)
def test_bytes_that_are_not_utf8_are_found_in_their_line(name: str, before: bytes, columns: Columns, wrong) -> None:
    number = before.count(b"\n") + 1
    assert wrong(name, before + b"caf\xe9\n", columns) == f", line {number}: not UTF-8 at byte 3"


def test_utf16_is_refused(wrong) -> None:
    assert wrong("train.tsv", "first\tlabel\n".encode("utf-16"), CLASSES) == ", line 1: not UTF-8 at byte 0"


@pytest.mark.parametrize("suffix", sorted(READERS))
def test_a_missing_file_or_a_folder_in_its_place(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"train{suffix}"
    assert "o such file" in reading.unreadable(path, TEXT)
    path.mkdir()
    assert "directory" in reading.unreadable(path, TEXT)


@pytest.mark.parametrize("name", ["train.xlsx", "train.tsv.gz", "train", "train.TSV"])
def test_a_suffix_that_is_not_known(name: str, wrong) -> None:
    allowed = ".csv, .json, .jsonl, .parquet, .raw, .tokens, .tsv, .txt"
    assert wrong(name, b"first\tlabel\na\t1\n", CLASSES) == f": unsupported file type; expected one of {allowed}"


@pytest.mark.parametrize("suffix", [".txt", ".raw", ".tokens"])
def test_every_line_of_running_text_is_a_row(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"train{suffix}"
    path.write_bytes('\ufeff = A "title" =\r\n\n \tb\x0cc\u2028d'.encode())
    assert [row["text"] for row in read(path, TEXT)] == [' = A "title" =', "", " \tb\x0cc\u2028d"]


# CSV


def test_csv_with_quotes_commas_and_line_ends_within_a_cell(tmp_path: Path) -> None:
    content = '\ufeffid,label,first\r\n1,0,"He said ""no"",\nand left."\r\n\r\n2,1,\'b\r\n'
    (tmp_path / "train.csv").write_bytes(content.encode())
    assert [(row["first"], row["label"]) for row in read(tmp_path / "train.csv", CLASSES)] == [
        ('He said "no",\nand left.', 0),
        ("'b", 1),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'first,label\n"a\n\nb",1\nc\n', ", line 5: 1 columns under a header of 2"),
        (b'first,label\n"a\nb",1\nc,1,2\n', ", line 4: 3 columns under a header of 2"),
        (b'first,label\na,1\n"b', ", line 3: unexpected end of data"),
        (b'first,label\n"b"c,1\n', ", line 2: ',' expected after '\"'"),
        (b"first;label\na;1\n", ", line 2: no column 'first'; its columns are 'first;label'"),
        (b'first,label\n"a\nb",7\n', ", line 2: label '7'; expected 0 to 1"),
    ],
    ids=["a cell too few", "a cell too many", "an open quote", "a letter after a quote", "semicolons", "a label"],
)
def test_csv_that_is_wrong(content: bytes, message: str, wrong) -> None:
    assert wrong("train.csv", content, CLASSES) == message


def test_csv_with_bare_carriage_returns(wrong) -> None:
    assert wrong("train.csv", b"first,label\ra,1\r", CLASSES).startswith(", line 1: new-line character")


# JSON lines


def test_json_lines(tmp_path: Path) -> None:
    lines = ['{"first": "a\\n\\"b\\u00e9", "label": 1, "more": [null]}', "", '{"label": "0", "first": ""}']
    (tmp_path / "train.jsonl").write_text("\n".join(lines))
    assert [(row["first"], row["label"]) for row in read(tmp_path / "train.jsonl", CLASSES)] == [('a\n"bé', 1), ("", 0)]


def test_answers_in_json_lines(tmp_path: Path) -> None:
    row = {"question": "q", "context": "abc", "answers": {"text": ["b"], "answer_start": [1]}}
    (tmp_path / "train.jsonl").write_text(json.dumps(row))
    assert read(tmp_path / "train.jsonl", ANSWERS) == [row]


@pytest.mark.parametrize("line", ["[1]", '"a"', "null", "3"])
def test_a_json_line_that_is_no_object(line: str, wrong) -> None:
    content = f'{{"first": "a", "label": 1}}\n\n{line}\n'.encode()
    assert wrong("train.jsonl", content, CLASSES) == ", line 3: not a JSON object"


@pytest.mark.parametrize("line", ['{"first": "a", "lab', "{'first': 1}", "[" * 100_000, "1" * 5000, "\ufeff{}"])
def test_a_broken_json_line(line: str, wrong) -> None:
    assert wrong("train.jsonl", f"{{}}\n{line}\n".encode(), Columns((("text", "first"),))).startswith(
        ", line 1: no col"
    )
    assert wrong("train.jsonl", f"\n{line}\n".encode(), CLASSES).startswith(", line 2: not JSON (")


def test_half_a_surrogate_pair_is_no_text(wrong) -> None:
    message = wrong("train.jsonl", b'{"first": "a\\ud83d", "label": 1}\n', CLASSES)
    assert message == ", line 1: first is 'a\\ud83d', not a text"


@pytest.mark.parametrize("depth", [10, 900, 940, 960, 980, 1000])
def test_nesting_of_any_depth_is_refused_in_one_line(depth: int, wrong) -> None:
    assert wrong("train.jsonl", b'{"text": ' + b"[" * depth + b"]" * depth + b"}", TEXT).startswith(", line 1: ")


# Parquet


def parquet(folder: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), folder / "train.parquet", row_group_size=2)
    return folder / "train.parquet"


def test_parquet_of_several_row_groups(tmp_path: Path) -> None:
    path = parquet(tmp_path, first=["a", "b\u2028", "c"], label=pa.array([1, 0, 1], pa.int8()), more=[None] * 3)
    assert [(row["first"], row["label"]) for row in read(path, CLASSES)] == [("a", 1), ("b\u2028", 0), ("c", 1)]


def test_parquet_of_more_than_one_batch(tmp_path: Path) -> None:
    path = tmp_path / "train.parquet"
    pq.write_table(pa.table({"first": ["a"] * 2500, "label": [1] * 2499 + [2]}), path)
    assert reading.unreadable(path, CLASSES) == ", row 2499: label 2; expected 0 to 1"


@pytest.mark.parametrize("kept", [0, 3, 4, 8, 0.5, -1, -4, -12])
def test_truncated_parquet(kept: float, tmp_path: Path) -> None:
    path = parquet(tmp_path, first=["a"] * 100, label=[1] * 100)
    path.write_bytes(part_of(path.read_bytes(), kept))
    assert reading.unreadable(path, CLASSES).startswith(": cannot be read as Parquet (")


def test_a_column_that_parquet_lacks(tmp_path: Path) -> None:
    message = reading.unreadable(parquet(tmp_path, sentence=["a"], label=[1]), CLASSES)
    assert message == ", row 0: no column 'first'; its columns are 'sentence', 'label'"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (pa.array(["a", None]), ", row 1: first is None, not a text"),
        (pa.array([b"a", b"\xff" * 99]), ", row 0: first is b'a', not a text"),
        (pa.array([1, 2]), ", row 0: first is 1, not a text"),
        (pa.array([["a"], ["b"]]), ", row 0: first is ['a'], not a text"),
    ],
    ids=["null", "bytes", "numbers", "lists"],
)
def test_parquet_values_that_are_no_text(values: pa.Array, message: str, tmp_path: Path) -> None:
    assert reading.unreadable(parquet(tmp_path, first=values, label=[1, 1]), CLASSES) == message


def test_parquet_values_that_python_has_no_room_for(tmp_path: Path) -> None:
    far = pa.array([2**31 - 1], pa.int32()).cast(pa.date32())
    assert reading.unreadable(parquet(tmp_path, first=["a"], label=[1], day=far), CLASSES).startswith(
        ": cannot be read"
    )


def test_bytes_in_parquet_that_are_not_utf8(tmp_path: Path) -> None:
    path = parquet(tmp_path, first=["abcdefgh"], label=[1])
    path.write_bytes(path.read_bytes().replace(b"abcdefgh", b"abcd\xffbcd"))
    assert reading.unreadable(path, CLASSES).startswith(": cannot be read as Parquet (")


# Any bytes at all


def valid_parquet() -> bytes:
    sink = pa.BufferOutputStream()
    table = pa.table({"first": ["a", "b\x1b[0m"], "label": [1, 0], "text": ["c", "d"]})
    pq.write_table(table, sink, compression="none", write_statistics=False)
    return sink.getvalue().to_pybytes()


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A Parquet file with some bytes changed, its middle cut out, or its end."""
    whole = bytearray(valid_parquet())
    places = st.integers(0, len(whole) - 1)
    for place, byte in draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=0, max_size=4)):
        whole[place] = byte
    if draw(st.booleans()):
        start, stop = sorted(draw(st.tuples(places, places)))
        del whole[start:stop]
    return bytes(whole)


def pieces(*parts: bytes) -> st.SearchStrategy[bytes]:
    further = [b"\n", b"\r", b"0", b"1", b"-1", b"a", b'"', b"3.5", b"\xe9", "é\u2028".encode(), b"\xef\xbb\xbf", b"\0"]
    mixed = st.lists(st.sampled_from([*parts, *further]), max_size=30).map(b"".join)
    return st.one_of(st.binary(max_size=80), mixed, mixed.map(lambda rest: parts[0] + rest))


SQUAD = [b'{"data": [{"paragraphs": [{"context": "abc", "qas": [', b'{"question": "q", "answers": []}', b"]}]}]}"]
FUZZED = {
    "header.tsv": (pieces(b"first\tlabel\n", b"\t", b"a\t1\n"), CLASSES),
    "none.tsv": (pieces(b"x\t1\t\ta\n", b"\t"), NUMBERED),
    "scores.tsv": (pieces(b"first\tlabel\na\t2.5\n", b"first\tlabel\n", b"a\t", b"1_0", b"nan"), SCORES),
    "any.csv": (pieces(b"first,label\n", b",", b'"a\nb",1\n', b"a,1\n"), CLASSES),
    "any.jsonl": (pieces(b'{"first": "a", "label": 1}\n', b"{", b"}", b'"first"', b'"label"', b":", b"["), CLASSES),
    "any.json": (pieces(*SQUAD, b'{"data": []}'), ANSWERS),
    "any.parquet": (pieces(b"PAR1", b"\x15\x04\x19", b"\x08\0\0\0PAR1"), TEXT),
    "spoilt.parquet": (spoilt(), CLASSES),
    "any.txt": (pieces(b"a line\n"), TEXT),
}


@pytest.mark.parametrize("name", FUZZED)
def test_any_bytes_give_rows_or_one_line(name: str, tmp_path: Path) -> None:
    path, (contents, columns) = tmp_path / name, FUZZED[name]
    ends = set()

    @settings(max_examples=150, deadline=None, derandomize=True, database=None)
    @given(contents)
    def fuzz(content: bytes) -> None:
        rows = reading.rows_or_one_line(path, columns, content)
        named = {name for name, _ in columns.names} | ({"second"} if "label" in dict(columns.names) else set())
        assert all(set(row) == named for row in rows or ())
        ends.add(end_of(rows))

    fuzz()
    assert "refused" in ends and ("rows" in ends or name in ("any.json", "any.parquet")), ends
