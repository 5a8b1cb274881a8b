"""Files of every form as they come: what is read, and one line that says where a file is wrong."""

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
from tests.data.official import row
from tests.data.reading import ANSWERS, CLASSES, NUMBERED, SCORES, TEXT, read

LABELS = ("entailment", "not_entailment")
NAMED = Columns((("first", "sentence1"), ("second", "sentence2"), ("label", "label")), labels=LABELS)
HEADER = b"index\tsentence1\tsentence2\tlabel\n"


def parquet(columns: dict[str, Any], **options: Any) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, **options)
    return sink.getvalue().to_pybytes()


# What is read


def line(first: str, second: str = "b", label: str = "entailment") -> bytes:
    return HEADER + f"0\t{first}\t{second}\t{label}\n".encode()


SENTENCES = b"gj04\t1\t\tThe dog sleeps.\ngj04\t0\t*\tDog the sleeps.\n"
OTHER_ORDER = b"label\tsentence2\tmore\tsentence1\nentailment\tsecond\tx\tfirst\n"
LONE_QUOTES = line('"A b.', 'C "d.') + b'1\tE\tF"\tentailment\n'
QUOTED_CSV = '\ufeffid,label,first\r\n1,0,"He said ""no"",\nand left."\r\n\r\n2,1,\'b\r\n'.encode()
JSON_LINES = b'{"first": "a\\n\\"b\\u00e9", "label": 1, "more": [null]}\n\n{"label": "0", "first": ""}'
TABLE = {"first": ["a", "b\u2028", "c"], "label": pa.array([1, 0, 1], pa.int8()), "more": [None] * 3}
ROW_GROUPS = parquet(TABLE, row_group_size=2)
ANSWER = {"question": "q", "context": "abc", "answers": {"text": ["b"], "answer_start": [1]}}
RUNNING = '\ufeff = A "title" =\r\n\n \tb\x0cc\u2028d'.encode()
TEXTS = [{"text": ' = A "title" ='}, {"text": ""}, {"text": " \tb\x0cc\u2028d"}]
PLAIN = b"sentence1\tsentence2\tlabel\na\tb\tentailment\nc\td\tnot_entailment\n"
WRITTEN = [b"\xef\xbb\xbf" + PLAIN, PLAIN.replace(b"\n", b"\r\n"), PLAIN.rstrip(b"\n"), PLAIN + b"\n\n"]
READ = [
    (".tsv", SENTENCES, NUMBERED, [("The dog sleeps.", None, 1), ("Dog the sleeps.", None, 0)]),
    (".tsv", line("A b.", "C d.", "not_entailment"), NAMED, [("A b.", "C d.", 1)]),
    (".tsv", OTHER_ORDER, NAMED, [("first", "second", 0)]),
    (".tsv", LONE_QUOTES, NAMED, [('"A b.', 'C "d.', 0), ("E", 'F"', 0)]),
    (".tsv", line(" a  b "), NAMED, [(" a  b ", "b", 0)]),
    (".tsv", line("café ☕", "naïve"), NAMED, [("café ☕", "naïve", 0)]),
    # A byte order mark, other line ends, and blank lines after the last; only line feeds end lines
    *[(".tsv", content, NAMED, [("a", "b", 0), ("c", "d", 1)]) for content in WRITTEN],
    *[(".tsv", line(f"a{end}b"), NAMED, [(f"a{end}b", "b", 0)]) for end in "\u2028\x85\x0b\x1c"],
    (".csv", QUOTED_CSV, CLASSES, [('He said "no",\nand left.', None, 0), ("'b", None, 1)]),
    (".jsonl", JSON_LINES, CLASSES, [('a\n"bé', None, 1), ("", None, 0)]),
    (".jsonl", json.dumps(ANSWER).encode(), ANSWERS, [ANSWER]),
    (".parquet", ROW_GROUPS, CLASSES, [("a", None, 1), ("b\u2028", None, 0), ("c", None, 1)]),
    *[(suffix, RUNNING, TEXT, TEXTS) for suffix in (".txt", ".raw", ".tokens")],
]


@pytest.mark.parametrize(("suffix", "content", "columns", "rows"), READ, ids=[suffix for suffix, *_ in READ])
def test_the_rows_of_a_file(suffix: str, content: bytes, columns: Columns, rows: list[Any], tmp_path: Path) -> None:
    path = tmp_path / f"train{suffix}"
    path.write_bytes(content)
    assert read(path, columns) == [row(written) for written in rows]


def test_a_file_is_read_row_by_row(tmp_path: Path) -> None:
    (tmp_path / "train.tsv").write_bytes(b"first\na\n\xff\n")
    records = read_records(tmp_path / "train.tsv")
    assert next(records)[1] == {"first": "a"}
    assert ", line 3: not UTF-8 at byte 0" in reading.refusal(lambda: records)


# What is refused


@pytest.mark.parametrize("suffix", sorted(READERS))
def test_a_missing_file_or_a_folder_in_its_place(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"train{suffix}"
    assert "o such file" in reading.unreadable(path, TEXT)
    path.mkdir()
    assert "directory" in reading.unreadable(path, TEXT)


NOT_E = ", line 2: label 'not_e'; expected one of entailment, not_entailment"
NO_SENTENCE2 = ", line 2: no column 'sentence2'; its columns are 'index', 'sentence1', 'sentence', 'label'"
MANY = "\t".join(f"column{n}" for n in range(5000)).encode() + b"\n"
SOME = ", line 2: no column 'sentence1'; its columns are " + ", ".join(f"'column{n}'" for n in range(12)) + ", …"
UNSUPPORTED = ": unsupported file type; expected one of .csv, .json, .jsonl, .parquet, .raw, .tokens, .tsv, .txt"
TWO = {"label": [1, 1]}
ROW = b'{"first": "a", "label": 1}\n'
NO_OBJECTS = [ROW + b"\n" + other for other in (b"[1]", b'"a"', b"null", b"3")]
LATE = parquet({"first": ["a"] * 2500, "label": [1] * 2499 + [2]})
REFUSED = [
    # Tab-separated
    (".tsv", line("a", "b", "not_e"), NAMED, NOT_E),
    (".tsv", line("a") + b"1\ta", NAMED, ", line 3: no column 'sentence2'; its columns are 'index', 'sentence1'"),
    (".tsv", line("a", label="entailment\tm\tn"), NAMED, ", line 2: 2 more columns than the header, the first 'm'"),
    (".tsv", b"index\tsentence1\tsentence\tlabel\n0\ta\tb\tentailment\n", NAMED, NO_SENTENCE2),
    (".tsv", MANY + MANY, NAMED, SOME),
    (".tsv", b"x\t1\t\ta\nx\t1\n", NUMBERED, ", line 2: expected at least 4 columns, got 2"),
    (".tsv", b"x\t1\t\ta\n\nx\t1\t\tb\n", NUMBERED, ", line 2: expected at least 4 columns, got 1"),
    # CSV
    (".csv", b"first,label,first\na,1,b\n", CLASSES, ", line 1: two columns have the name 'first'"),
    (".tsv", b"first\tlabel\tlabel\na\t1\t0\n", CLASSES, ", line 1: two columns have the name 'label'"),
    (".csv", b'first,label\n"a\n\nb",1\nc\n', CLASSES, ", line 5: 1 columns under a header of 2"),
    (".csv", b'first,label\n"a\nb",1\nc,1,2\n', CLASSES, ", line 4: 3 columns under a header of 2"),
    (".csv", b'first,label\na,1\n"b', CLASSES, ", line 3: unexpected end of data"),
    (".csv", b'first,label\n"b"c,1\n', CLASSES, ", line 2: ',' expected after '\"'"),
    (".csv", b"first;label\na;1\n", CLASSES, ", line 2: no column 'first'; its columns are 'first;label'"),
    (".csv", b'first,label\n"a\nb",7\n', CLASSES, ", line 2: label '7'; expected an integer from 0 to 1"),
    (".csv", b"a,b,c,d\n1,2,3,4\n", NUMBERED, ", line 2: no column 3; its columns are 'a', 'b', 'c', 'd'"),
    # JSON lines
    *[(".jsonl", content, CLASSES, ", line 3: not a JSON object") for content in NO_OBJECTS],
    (".jsonl", b'{"first": "a\\ud83d", "label": 1}\n', CLASSES, ", line 1: first is 'a\\ud83d', not a text"),
    # Parquet; the rows are read a thousand at a time
    (".parquet", parquet({"s": ["a"], "n": [1]}), CLASSES, ", row 0: no column 'first'; its columns are 's', 'n'"),
    (".parquet", LATE, CLASSES, ", row 2499: label 2; expected an integer from 0 to 1"),
    (".parquet", parquet(TWO | {"first": ["a", None]}), CLASSES, ", row 1: first is None, not a text"),
    (".parquet", parquet(TWO | {"first": [b"a", b"\xff" * 99]}), CLASSES, ", row 0: first is b'a', not a text"),
    (".parquet", parquet(TWO | {"first": [1, 2]}), CLASSES, ", row 0: first is 1, not a text"),
    (".parquet", parquet(TWO | {"first": [["a"], ["b"]]}), CLASSES, ", row 0: first is ['a'], not a text"),
    # Bytes of another encoding, whose line is named, and other files
    (".tsv", b"first\tlabel\na\t1\ncaf\xe9\n", CLASSES, ", line 3: not UTF-8 at byte 3"),
    (".csv", b'first,label\n"a\nb",1\ncaf\xe9\n', CLASSES, ", line 4: not UTF-8 at byte 3"),
    (".jsonl", ROW + b"caf\xe9\n", CLASSES, ", line 2: not UTF-8 at byte 3"),
    (".txt", b"a\n\ncaf\xe9\n", TEXT, ", line 3: not UTF-8 at byte 3"),
    (".tsv", "first\tlabel\n".encode("utf-16"), CLASSES, ", line 1: not UTF-8 at byte 0"),
    *[(suffix, b"first\tlabel\na\t1\n", CLASSES, UNSUPPORTED) for suffix in (".xlsx", ".tsv.gz", "", ".TSV")],
]


@pytest.mark.parametrize(("suffix", "content", "columns", "message"), REFUSED, ids=[message for *_, message in REFUSED])
def test_a_file_is_refused_where_it_is_wrong(
    suffix: str, content: bytes, columns: Columns, message: str, tmp_path: Path
) -> None:
    path = tmp_path / f"train{suffix}"
    path.write_bytes(content)
    assert reading.unreadable(path, columns) == message


LETTERS = parquet({"first": ["abcdefgh"] * 100, "label": [1] * 100})
FAR = pa.array([2**31 - 1], pa.int32()).cast(pa.date32())  # a day that Python has no room for
BROKEN_JSON = [b'{"first": "a", "lab', b"{'first': 1}", b"[" * 100_000, b"1" * 5000, b"\xef\xbb\xbf{}"]
NO_PARQUET = ": cannot be read as Parquet ("
BROKEN = [
    (".csv", b"first,label\ra,1\r", ", line 1: new-line character"),
    *[(".jsonl", b"\n" + content, ", line 2: not JSON (") for content in BROKEN_JSON],
    *[(".jsonl", b"{}\n" + content, ", line 1: no column") for content in BROKEN_JSON],
    *[(".parquet", reading.part_of(LETTERS, kept), NO_PARQUET) for kept in (0, 3, 4, 8, 0.5, -1, -4, -12)],
    (".parquet", LETTERS.replace(b"abcdefgh", b"abcd\xffbcd"), NO_PARQUET),
    (".parquet", parquet({"first": ["a"], "label": [1], "day": FAR}), NO_PARQUET),
]


@pytest.mark.parametrize(("suffix", "content", "message"), BROKEN, ids=[message for *_, message in BROKEN])
def test_a_broken_file_is_refused_in_one_line(suffix: str, content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / f"train{suffix}"
    path.write_bytes(content)
    assert reading.unreadable(path, CLASSES).startswith(message)


@pytest.mark.parametrize("depth", [10, 900, 940, 960, 980, 1000])
def test_nesting_of_any_depth_is_refused_in_one_line(depth: int, tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_bytes(b'{"text": ' + b"[" * depth + b"]" * depth + b"}")
    assert reading.unreadable(path, TEXT).startswith(", line 1: ")


# Any bytes at all


VALID = parquet(
    {"first": ["a", "b\x1b[0m"], "label": [1, 0], "text": ["c", "d"]}, compression="none", write_statistics=False
)


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A Parquet file with some bytes changed, its middle cut out, or its end."""
    whole = bytearray(VALID)
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
        ends.add(reading.end_of(rows))

    fuzz()
    assert "refused" in ends and ("rows" in ends or name in ("any.json", "any.parquet")), ends
