"""SQuAD's JSON: its questions, and one line for whatever else a file holds."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.official import SAMPLES
from tests.data.reading import ANSWERS, SCALARS, end_of, nested, part_of, read, rows_or_one_line, unreadable

FILES = list(SAMPLES["squad"].files.values())
WITH_ID = replace(ANSWERS, names=(("id", "id"), *ANSWERS.names))
FIRST = ", data[0].paragraphs[0].qas[0]"
NO_ANSWER = f"{FIRST}: no answer (SQuAD v1.1 has at least one per question)"
OTHER = "; this is not SQuAD's JSON"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dev-v1.1.json"


def question(**change: Any) -> dict[str, Any]:
    answers = [{"text": "Goethe", "answer_start": 0}]
    return {"id": "56be4db0", "question": "Who wrote it?", "answers": answers} | change


def squad(*asked: Any, context: Any = "Goethe wrote Faust.") -> Any:
    return {"version": "1.1", "data": [{"title": "Faust", "paragraphs": [{"context": context, "qas": list(asked)}]}]}


@pytest.mark.parametrize("before", ["", "\ufeff"])
@pytest.mark.parametrize(("content", "rows"), zip(FILES, SAMPLES["squad"].rows.values(), strict=True))
def test_every_question_with_its_context_and_all_its_answers(
    content: bytes, rows: Any, before: str, path: Path
) -> None:
    path.write_bytes(before.encode() + content)
    assert read(path, WITH_ID) == rows


def test_a_question_may_be_without_an_id(path: Path) -> None:
    path.write_text(json.dumps(squad(question(id=None))))
    (row,) = read(path, WITH_ID)
    assert set(row) == {"question", "context", "answers"}


def test_questions_of_several_articles_and_paragraphs_in_their_order(path: Path) -> None:
    names = iter("abcdefgh")
    paragraphs = [{"context": "Goethe", "qas": [question(question=next(names)) for _ in range(2)]} for _ in range(4)]
    content = {"data": [{"paragraphs": paragraphs[:1]}, {"paragraphs": []}, {"paragraphs": paragraphs[1:]}]}
    path.write_text(json.dumps(content))
    assert "".join(row["question"] for row in read(path, ANSWERS)) == "abcdefgh"


def test_starts_count_letters_not_bytes(path: Path) -> None:
    path.write_text(json.dumps(squad(question(answers=[{"text": "é", "answer_start": 2}]), context="🙂 é")))
    assert read(path, ANSWERS)[0]["answers"] == {"text": ["é"], "answer_start": [2]}


def two_articles() -> Any:
    """The second question of the last paragraph of the second article has an answer of another context."""
    content = squad(question())
    paragraph = {"context": "Faust", "qas": [question(answers=[{"text": "Faust", "answer_start": 0}]), question()]}
    content["data"].append({"paragraphs": [{"context": "", "qas": []}, paragraph]})
    return content


WRONG = [
    (two_articles(), ", data[1].paragraphs[1].qas[1]: the answer 'Goethe' is not at 0 in its context"),
    (squad(question(answers=[], is_impossible=True)), NO_ANSWER),
    *[(squad(question(id=name, answers=[])), NO_ANSWER) for name in ("a\nb", "\x1b[2J", "x" * 100_000, ["a"], None)],
    (squad(question(question=None)), f"{FIRST}: question is None, not a text"),
    (squad(question(question="\ud800")), f"{FIRST}: question is '\\ud800', not a text"),
    (squad(question(answers=[{"text": "Goethe"}])), f"{FIRST}: an answer is 'Goethe' at None, not a text at a number"),
    (squad(question(answers=[{"answer_start": 0}])), f"{FIRST}: an answer is None at 0, not a text at a number"),
    (squad(question(answers=["Goethe"])), f"{FIRST}: an answer is not an object{OTHER}"),
    *[(content, f": the file has no list 'data'{OTHER}") for content in ([], 3, {"data": {}})],
    ({"data": [[]]}, f": data[0] has no list 'paragraphs'{OTHER}"),
    ({"data": [{"paragraphs": [None]}]}, f": data[0].paragraphs[0] has no list 'qas'{OTHER}"),
    (squad(3), f": {FIRST[2:]} has no list 'answers'{OTHER}"),
    (squad(question(answers={"text": ["Goethe"]})), f": {FIRST[2:]} has no list 'answers'{OTHER}"),
]


@pytest.mark.parametrize(("content", "message"), WRONG)
def test_json_with_something_wrong_is_refused_at_its_place(content: Any, message: str, path: Path) -> None:
    path.write_text(json.dumps(content))
    assert unreadable(path, ANSWERS) == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"data": "caf\xe9"}', ": not UTF-8 at byte 13"),
        (b'{"data": ' + b"[" * 200_000, ": not JSON ("),
        *[(part_of(FILES[0], kept), ": not JSON (") for kept in (0, 1, 0.5, -1)],
    ],
    ids=["not UTF-8", "endless nesting", "empty", "a byte", "half", "all but a byte"],
)
def test_what_is_not_json(content: bytes, message: str, path: Path) -> None:
    path.write_bytes(content)
    assert unreadable(path, ANSWERS).startswith(message)


anything = nested(SCALARS)


def places(inside: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(list(inside) if isinstance(inside, dict) else range(len(inside)))


@st.composite
def changed(draw: st.DrawFn) -> Any:
    """A file with up to two of its values, at any depth, exchanged for anything or removed."""
    content = squad(question(id=draw(st.text())), question(answers=[{"text": "Faust.", "answer_start": 13}] * 2))
    for _ in range(draw(st.integers(0, 2))):
        inside, place = content, draw(places(content))
        while isinstance(inside[place], (dict, list)) and inside[place] and draw(st.integers(0, 3)):
            inside = inside[place]
            place = draw(places(inside))
        if draw(st.booleans()):
            inside[place] = draw(anything)
        else:
            del inside[place]
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
