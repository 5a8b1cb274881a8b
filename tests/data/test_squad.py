"""SQuAD's JSON: its questions, and one line for whatever else a file holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.official import SQUAD_ROWS, squad_json
from tests.data.reading import ANSWERS, end_of, part_of, read, rows_or_one_line, unreadable

FIRST = ", data[0].paragraphs[0].qas[0]"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dev-v1.1.json"


def question(**change: Any) -> dict[str, Any]:
    answers = [{"text": "Goethe", "answer_start": 0}]
    return {"id": "56be4db0", "question": "Who wrote it?", "answers": answers} | change


def squad(*asked: Any, context: Any = "Goethe wrote Faust.") -> Any:
    return {"version": "1.1", "data": [{"title": "Faust", "paragraphs": [{"context": context, "qas": list(asked)}]}]}


def wrong(path: Path, content: Any) -> str:
    path.write_text(json.dumps(content))
    return unreadable(path, ANSWERS)


@pytest.mark.parametrize("before", ["", "\ufeff"])
@pytest.mark.parametrize("split", ["train", "dev"])
def test_every_question_with_its_context_and_all_its_answers(split: str, before: str, path: Path) -> None:
    path.write_bytes((before + squad_json(SQUAD_ROWS[split])).encode())
    assert read(path, ANSWERS) == SQUAD_ROWS[split]


def test_questions_of_several_articles_and_paragraphs_in_their_order(path: Path) -> None:
    names = iter("abcdefgh")
    paragraphs = [{"context": "Goethe", "qas": [question(question=next(names)) for _ in range(2)]} for _ in range(4)]
    content = {"data": [{"paragraphs": paragraphs[:1]}, {"paragraphs": []}, {"paragraphs": paragraphs[1:]}]}
    path.write_text(json.dumps(content))
    assert "".join(row["question"] for row in read(path, ANSWERS)) == "abcdefgh"


def test_starts_count_letters_not_bytes(path: Path) -> None:
    path.write_text(json.dumps(squad(question(answers=[{"text": "é", "answer_start": 2}]), context="🙂 é")))
    assert read(path, ANSWERS)[0]["answers"] == {"text": ["é"], "answer_start": [2]}


def test_the_place_of_what_is_wrong(path: Path) -> None:
    content = squad(question())
    paragraph = {"context": "Faust", "qas": [question(answers=[{"text": "Faust", "answer_start": 0}]), question()]}
    content["data"].append({"paragraphs": [{"context": "", "qas": []}, paragraph]})
    message = ", data[1].paragraphs[1].qas[1]: the answer 'Goethe' is not at 0 in its context"
    assert wrong(path, content) == message


def test_a_question_without_an_answer(path: Path) -> None:
    message = f"{FIRST}: no answer (SQuAD v1.1 has at least one per question)"
    assert wrong(path, squad(question(answers=[], is_impossible=True))) == message


@pytest.mark.parametrize("name", ["a\nb", "\x1b[2J", "x" * 100_000, ["a"], None])
def test_a_questions_id_does_not_break_the_line(name: Any, path: Path) -> None:
    assert wrong(path, squad(question(id=name, answers=[]))).startswith(FIRST)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"question": None}, "question is None, not a text"),
        ({"question": "\ud800"}, "question is '\\ud800', not a text"),
        ({"answers": [{"text": "Goethe"}]}, "an answer is 'Goethe' at None, not a text at a number"),
        ({"answers": [{"answer_start": 0}]}, "an answer is None at 0, not a text at a number"),
        ({"answers": ["Goethe"]}, "an answer is not an object; this is not SQuAD's JSON"),
    ],
)
def test_a_question_of_another_form(change: dict[str, Any], message: str, path: Path) -> None:
    assert wrong(path, squad(question(**change))) == f"{FIRST}: {message}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], "the file has no list 'data'"),
        (3, "the file has no list 'data'"),
        ({"data": {}}, "the file has no list 'data'"),
        ({"data": [[]]}, "data[0] has no list 'paragraphs'"),
        ({"data": [{"paragraphs": [None]}]}, "data[0].paragraphs[0] has no list 'qas'"),
        (squad(3), "data[0].paragraphs[0].qas[0] has no list 'answers'"),
        (squad(question(answers={"text": ["Goethe"], "answer_start": [0]})), "qas[0] has no list 'answers'"),
    ],
)
def test_json_that_is_not_squads(content: Any, message: str, path: Path) -> None:
    assert wrong(path, content).endswith(f"{message}; this is not SQuAD's JSON")


@pytest.mark.parametrize("kept", [0, 1, 0.5, -1])
def test_a_file_cut_in_half(kept: float, path: Path) -> None:
    path.write_bytes(part_of(squad_json(SQUAD_ROWS["train"]).encode(), kept))
    assert unreadable(path, ANSWERS).startswith(": not JSON (")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b'{"data": "caf\xe9"}', ": not UTF-8 at byte 13"), (b'{"data": ' + b"[" * 200_000, ": not JSON (")],
    ids=["not UTF-8", "endless nesting"],
)
def test_what_is_not_json(content: bytes, message: str, path: Path) -> None:
    path.write_bytes(content)
    assert unreadable(path, ANSWERS).startswith(message)


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def changed(draw: st.DrawFn) -> Any:
    """A file with up to two of its values, at any depth, exchanged for anything or removed."""
    content = squad(question(id=draw(st.text())), question(answers=[{"text": "Faust.", "answer_start": 13}] * 2))
    for _ in range(draw(st.integers(0, 2))):
        inside = content
        while True:
            places = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
            if not places:
                break
            place = draw(st.sampled_from(places))
            if isinstance(inside[place], (dict, list)) and draw(st.integers(0, 3)):
                inside = inside[place]
            elif draw(st.booleans()):
                inside[place] = draw(anything)
                break
            else:
                del inside[place]
                break
    return content


def test_any_json_gives_questions_or_one_line(path: Path) -> None:
    ends = set()

    @settings(max_examples=250, deadline=None, derandomize=True, database=None)
    @given(st.one_of(anything, changed(), changed()))
    def fuzz(content: Any) -> None:
        rows = rows_or_one_line(path, ANSWERS, json.dumps(content).encode())
        for row in rows or ():
            for text, start in zip(row["answers"]["text"], row["answers"]["answer_start"], strict=True):
                assert row["context"][start:].startswith(text)
        ends.add(end_of(rows))

    fuzz()
    assert ends == {"refused", "rows", "none"}
