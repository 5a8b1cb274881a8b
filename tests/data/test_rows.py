"""Records as rows: what a label, a score, a text and an answer may be."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightning_tickets.data.readers import SURPLUS
from lightning_tickets.data.rows import Columns, label, rows
from lightning_tickets.errors import UserError
from tests.data.reading import ANSWERS, CLASSES, SCALARS, SCORES, TEXT, nested, one_line, refusal

PLACES = (("first", "first"), ("label", "label"))
WORDS = Columns(PLACES, labels=("entailment", "neutral"), drop=("-",))


def made(columns: Columns, *records: dict[Any, Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in rows(((f"f.tsv, line {n}", r) for n, r in enumerate(records, 1)), columns)]


def wrong(columns: Columns, **record: Any) -> str:
    text = refusal(lambda: made(columns, record))
    assert text.startswith("f.tsv, line 1: ")
    return text.removeprefix("f.tsv, line 1: ")


# What a label may be

ENDLESS = Columns(PLACES, low=float("-inf"), high=float("inf"))
NUMBERS = Columns(PLACES, labels=("4", "0"))  # numbers too in JSON and Parquet
LABELS = [
    *[(CLASSES, written, 1) for written in ("1", 1, "+1", "01", 1.0, "1.0", "1.")],
    *[(SCORES, written, 5.0) for written in ("5", "5.", "5.000", "+5.0", "50e-1", "0.5E1", 5, 5.0)],
    *[(SCORES, written, 0.0) for written in ("0", "-0")],
    (ENDLESS, "-1e300", -1e300),
    *[(WORDS, "entailment", 0), (WORDS, "neutral", 1)],
    *[(NUMBERS, "4", 0), (NUMBERS, 4, 0), (NUMBERS, "0", 1), (NUMBERS, 0, 1)],
]


@pytest.mark.parametrize(("columns", "written", "value"), LABELS)
def test_a_label_and_no_second_text(columns: Columns, written: Any, value: float) -> None:
    (row,) = made(columns, {"first": "a", "label": written})
    assert row == {"first": "a", "second": None, "label": value} and type(row["label"]) is type(value)


NO_NUMBERS = ["1_0", "nan", "inf", "-inf", "Infinity", " 3", "3 ", "3\n", "٣", "3²", "0x1", "", "-", "one", "1,0"]
NO_NUMBERS += ["1e", "--1", "1e5_0", None, True, False, [1], {"a": 1}, b"1", 1j, float("nan"), float("inf"), 10**400]
NO_CLASSES = [*NO_NUMBERS, "2", "-2", "1.5", "1.0.0", 2, 2.0, 0.5, "9" * 5000]
NO_SCORES = [*NO_NUMBERS, "5.001", "-0.1", "1e999", 5.0000001, -1, "9" * 5000]
NO_WORDS = ["Neutral", "neutral ", "", None, 0, True, ["neutral"]]
NO_LABELS = [
    *[(CLASSES, written, "; expected an integer from 0 to 1") for written in NO_CLASSES],
    *[
        (CLASSES, written, " (a test set's; it cannot be scored on); expected an integer from 0 to 1")
        for written in (-1, "-1")
    ],
    *[(SCORES, written, "; expected a number from 0.0 to 5.0") for written in NO_SCORES],
    *[(ENDLESS, written, "; expected a number from -inf to inf") for written in ("1e999", float("inf"), 10**400)],
    *[(WORDS, written, "; expected one of entailment, neutral") for written in NO_WORDS],
    (NUMBERS, True, "; expected one of 4, 0"),
]


@pytest.mark.parametrize(("columns", "written", "message"), NO_LABELS)
def test_what_is_no_label(columns: Columns, written: Any, message: str) -> None:
    """Named, unless it is long."""
    named = repr(written) if len(repr(written)) <= 60 else repr(written)[:57] + "..."
    assert wrong(columns, first="a", label=written) == f"label {named}{message}"


@pytest.mark.parametrize("drop", [-1, "-1"])
def test_labels_to_drop_are_left_out(drop: Any) -> None:
    columns = Columns(PLACES, classes=2, drop=("-", "-1"))
    records = [{"first": "a", "label": value} for value in ("1", drop, "-", 0)]
    assert [row["label"] for row in made(columns, *records)] == [1, 0]


def test_a_dropped_row_may_lack_nothing_it_needs() -> None:
    assert wrong(WORDS, label="-").startswith("no column 'first'")


def test_columns_that_nobody_asked_for_are_left_out() -> None:
    assert made(TEXT, {"text": "a", "second": "b", 3: "c"}) == [{"text": "a"}]


# Columns


@pytest.mark.parametrize("names", ["", "first", "label", "question context", "first label text", "first label answers"])
def test_columns_that_are_no_row(names: str) -> None:
    with pytest.raises(UserError, match="expected first, label; or question, context, answers; or text"):
        Columns(tuple((name, name) for name in names.split()), classes=2)


@pytest.mark.parametrize(
    ("names", "options"),
    [
        (PLACES, {}),
        (PLACES, {"low": 0.0}),
        (PLACES, {"classes": 2, "labels": ("a",)}),
        (PLACES, {"classes": 2, "low": 0.0, "high": 1.0}),
        ((("text", "text"),), {"classes": 2}),
    ],
)
def test_a_label_is_defined_in_one_way_and_only_where_there_is_one(names: Any, options: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="a label is defined by one of labels, classes, or low and high"):
        Columns(names, **options)


def test_lines_of_another_width_are_left_out() -> None:
    columns = Columns(PLACES, classes=2, width=3)
    wide, row = {"first": "a", "label": "7", "more": "", SURPLUS: ["b"]}, {"first": "b", "label": 1, "more": ""}
    assert made(columns, {"first": "a"}, wide, row) == [{"first": "b", "second": None, "label": 1}]


def test_a_line_wider_than_its_header_is_refused() -> None:
    text = refusal(lambda: made(TEXT, {"text": "a", SURPLUS: ["\x1b[0m", "b"]}))
    assert text == "f.tsv, line 1: 2 more columns than the header, the first '\\x1b[0m'"


def test_rows_are_made_one_by_one() -> None:
    def records() -> Iterator[tuple[str, dict[Any, Any]]]:
        yield "one", {"text": "a"}
        yield "two", {"text": None}
        raise AssertionError("read too far")

    read = rows(records(), TEXT)
    assert next(read) == {"text": "a"}
    assert refusal(lambda: read) == "two: text is None, not a text"


# Texts and answers


@pytest.mark.parametrize("value", [None, 3, b"a", ["a"], "a\ud800"], ids=repr)
def test_what_is_no_text(value: Any) -> None:
    assert wrong(TEXT, text=value) == f"text is {value!r}, not a text"


@pytest.mark.parametrize("value", ["", " ", "\0", "a\nb", "é\u2028🙂"])
def test_every_string_is_a_text(value: str) -> None:
    assert made(TEXT, {"text": value}) == [{"text": value}]


def test_a_long_value_is_cut() -> None:
    message = wrong(CLASSES, first="a", label="\n" * 100_000)
    assert message == "label '" + "\\n" * 28 + "...; expected an integer from 0 to 1"


def asked(answers: Any, context: Any = "Goethe wrote Faust.") -> dict[str, Any]:
    return {"question": "Who?", "context": context, "answers": answers}


def test_answers_where_they_stand() -> None:
    answers = {"text": ["Goethe", "Faust."], "answer_start": [0, 13]}
    assert made(ANSWERS, asked(answers | {"more": 1})) == [asked(answers)]


NO_LISTS = "expected answers with lists text and answer_start of equal length"


@pytest.mark.parametrize(
    ("texts", "starts", "message"),
    [
        (["Goethe"], [1], "the answer 'Goethe' is not at 1 in its context"),
        (["Goethe", "Faust"], [0, 12], "the answer 'Faust' is not at 12 in its context"),
        (["Schiller"], [0], "the answer 'Schiller' is not at 0 in its context"),
        (["Faust.."], [13], "the answer 'Faust..' is not at 13 in its context"),
        (["Faust"], [-6], "the answer 'Faust' is not at -6 in its context"),
        (["Goethe"], [10**30], f"the answer 'Goethe' is not at {10**30} in its context"),
        ([""], [0], "the answer '' is not at 0 in its context"),
        ([], [], "no answer (SQuAD v1.1 has at least one per question)"),
        (["Goethe"], [0, 1], NO_LISTS),
        ("G", "0", NO_LISTS),
        (["Goethe"], ["0"], "an answer is 'Goethe' at '0', not a text at a number"),
        (["Goethe"], [False], "an answer is 'Goethe' at False, not a text at a number"),
        (["Goethe"], [0.0], "an answer is 'Goethe' at 0.0, not a text at a number"),
        ([None], [0], "an answer is None at 0, not a text at a number"),
    ],
)
def test_answers_that_cannot_be(texts: Any, starts: Any, message: str) -> None:
    assert wrong(ANSWERS, **asked({"text": texts, "answer_start": starts})) == message


@pytest.mark.parametrize("answers", [None, [], "Goethe", {}, {"text": ["Goethe"]}])
def test_answers_of_another_form(answers: Any) -> None:
    assert wrong(ANSWERS, **asked(answers)) == NO_LISTS


def test_a_context_that_is_no_text() -> None:
    assert wrong(ANSWERS, **asked({"text": ["a"], "answer_start": [0]}, None)) == "context is None, not a text"


# Any values at all

values = nested(SCALARS | st.binary(max_size=4))


@settings(max_examples=250, deadline=None, derandomize=True, database=None)
@given(values, st.sampled_from([CLASSES, SCORES, WORDS]))
def test_any_value_is_a_label_within_its_range_or_refused(value: Any, columns: Columns) -> None:
    try:
        number = label("f.tsv, line 1", value, columns)
    except UserError as error:
        one_line(error)
    else:
        assert 0 <= number <= (5 if columns is SCORES else 1)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.fixed_dictionaries({"question": values, "context": values, "answers": values}))
def test_any_values_are_answers_or_refused(record: dict[str, Any]) -> None:
    with pytest.raises(UserError) as raised:
        made(ANSWERS, record)
    one_line(raised.value)
