"""What is read below the root: a regular file of a declared type, or one line that says what it is instead."""

import json
import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightning_tickets.errors import Damaged
from lightning_tickets.execution.job import NOTE
from lightning_tickets.runs import files
from lightning_tickets.runs.lease import HOLDER
from lightning_tickets.runs.store import CHECKSUMS, OBJECT, TIMES
from lightning_tickets.tickets.result import COLUMNS, RESULTS
from tests.checks import one_line

TYPES = {
    "manifest": (CHECKSUMS, {"spec.json": "00ff"}),
    "spec": (OBJECT, {"is": "Run", "seed": 1}),
    "times": (TIMES, {"seconds": 1.5}),
    "result": (RESULTS, {"metric": "f1", "metrics": {"f1": 0.5}, "undefined": [], "kept": 1, "prunable": 2}),
    "examples": (COLUMNS, {"label": [0, 1], "id": ["a", "b"]}),
    "lease": (HOLDER, {"beat": 0, "at": 1, "host": "h", "machine": "m", "pid": 1, "started": None}),
    "note": (NOTE, {"name": "a", "why": "b", "command": "c"}),
}


def bind(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


KINDS = {
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a socket": bind,
    "a link": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_is_named_and_not_opened(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the address of a socket is short
    path = Path("x.json")
    KINDS[kind](path)
    expected = f"x.json: damaged (expected a file, got {kind}): remove it"
    assert one_line(files.read, path, OBJECT) == one_line(files.checksum, path) == expected


CONTENTS = {
    b"": "EOF while parsing a value",
    b"[" * 100_000: "recursion limit exceeded",
    b'{"a":' * 100_000: "recursion limit exceeded",
    b"\xff\xfe": "expected value",
    b"[1]": "Input should be",
    b"null": "Input should be",
    b"1" * 5000: "number out of range",
    b'{"\x1b[31m": ': "control character",
}


@pytest.mark.parametrize(("content", "why"), CONTENTS.items(), ids=lambda value: str(value[:9]))
def test_what_is_no_object_is_named(content, why, tmp_path):
    path = tmp_path / "x.json"
    path.write_bytes(content)
    message = one_line(files.read, path, OBJECT, tmp_path)
    assert message.startswith(f"{path}: damaged (") and why in message and message.isprintable()
    assert message.endswith(f": remove {tmp_path} and run its command again")


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    path = tmp_path / "x.json"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    assert f"expected at most {files.LARGEST} bytes" in one_line(files.read, path, OBJECT)


def test_each_that_can_be_read_is(tmp_path):
    places = [tmp_path / name for name in "abc"]
    for place, content in zip(places, ('{"a": 1}', "[]", '{"b": 2}'), strict=True):
        place.write_text(content)
    values, damages = files.read_each([*places, tmp_path / "d"], OBJECT)
    assert values == [{"a": 1}, {"b": 2}]
    assert [damage.path for damage in damages] == [tmp_path / "b", tmp_path / "d"]


@pytest.mark.parametrize("name", TYPES)
def test_what_is_written_is_read(name, tmp_path):
    of, value = TYPES[name]
    (tmp_path / name).write_text(json.dumps(value))
    assert files.read(tmp_path / name, of) == of.validate_python(value)


WRONG = {
    "manifest": [{"../spec.json": "00"}, {"/etc/passwd": "00"}, {"a\x00b": "00"}, {"a\nb": "00"}, {"": "0"}, {"a": 1}],
    "times": [{"seconds": "1"}, {"seconds": 1e300}, {"seconds": -1}, {"seconds": None}, {}],
    "result": [
        {"metric": "accuracy"},
        {"metrics": {"f1": "0.5"}},
        {"metrics": {"f1": None}},
        {"metrics": [["f1", 0.5]]},
        {"kept": -1},
        {"kept": 1.5},
        {"prunable": 0},
        {"undefined": "f1"},
    ],
    "examples": [{"label": 1}, [1]],
    "lease": [{"pid": "1"}, {"pid": -1}, {"pid": 1 << 40}, {"machine": None}, {"at": "now"}],
    "note": [{"why": None}, {"name": 1}, {"command": ["run"]}],
}


@pytest.mark.parametrize(
    ("name", "change"), [(name, one) for name, changes in WRONG.items() for one in changes], ids=str
)
def test_a_wrong_type_is_named(name, change, tmp_path):
    of, value = TYPES[name]
    changed = value | change if isinstance(change, dict) and name not in ("manifest", "times") else change
    (tmp_path / name).write_text(json.dumps(changed))
    assert one_line(files.read, tmp_path / name, of).startswith(f"{tmp_path / name}: damaged (")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_number_that_is_not_finite_is_no_score(number, tmp_path):
    text = json.dumps(TYPES["result"][1]).replace("0.5", number)
    (tmp_path / "result.json").write_text(text)
    assert "metrics.f1: Input should be a finite number" in one_line(files.read, tmp_path / "result.json", RESULTS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["metrics", "pid", "name"]), inner),
)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_content_is_a_value_or_damaged(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_bytes(content)
    for of, _ in TYPES.values():
        try:
            files.read(path, of)
        except Damaged as damage:
            assert str(damage).isprintable()


def test_a_folder_is_made_where_nothing_else_has_its_name(tmp_path):
    files.make_folder(tmp_path / "a" / "b")
    files.make_folder(tmp_path / "a" / "b")
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("nowhere")
    for name, kind in (("file", "a file"), ("link", "a link")):
        for place in (tmp_path / name, tmp_path / name / "below"):
            assert one_line(files.make_folder, place) == (
                f"{tmp_path / name}: damaged (expected a folder, got {kind}): remove it"
            )
