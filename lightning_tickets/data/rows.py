"""Records as the rows that a kind of task reads, with every value checked.

A row is ``first``, ``second`` (or None) and ``label``; or ``question``, ``context`` and ``answers``; or ``text``. It
may have an ``id``.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lightning_tickets.data.readers import SURPLUS, Record
from lightning_tickets.errors import UserError

Row = Mapping[str, Any]
NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?", re.ASCII)
INTEGER = re.compile(r"([+-]?\d{1,9})(\.0*)?", re.ASCII)
LISTED = 12  # columns that a message lists at most
SHAPES = (("first", "label"), ("question", "context", "answers"), ("text",))


@dataclass(frozen=True)
class Columns:
    """Which column (by name, or by number without a header) is read as what, and which labels are valid.

    A label is defined by one of: ``labels`` (as written, in the order of their numbers), ``classes`` (numbers from 0),
    ``low`` and ``high`` (a score). Rows with a label in ``drop``, or without ``width`` columns, are left out.
    """

    names: tuple[tuple[str, str | int], ...]
    labels: tuple[str, ...] = ()
    classes: int = 0
    low: float | None = None
    high: float | None = None
    drop: tuple[str, ...] = ()
    width: int = 0

    def __post_init__(self) -> None:
        given = {name for name, _ in self.names}
        if not any(given - {"second", "id"} == set(shape) for shape in SHAPES):
            shapes = "; or ".join(", ".join(shape) for shape in SHAPES)
            raise UserError(
                f"columns {', '.join(sorted(given)) or 'none'}: expected {shapes} (second and id are optional)"
            )
        ways = bool(self.labels) + bool(self.classes) + (self.low is not None and self.high is not None)
        if ("label" in given) != (ways == 1):
            raise UserError("a label is defined by one of labels, classes, or low and high")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise UserError(f"low {self.low}: expected less than high {self.high}")

    @property
    def header(self) -> bool:
        return all(isinstance(place, str) for _, place in self.names)


def rows(records: Iterable[tuple[str, Record]], columns: Columns) -> Iterator[Row]:
    """UserError with the location and the reason for the first invalid record."""
    for where, record in records:
        if columns.width and len(record) != columns.width:
            continue
        if SURPLUS in record:
            surplus = len(record[SURPLUS])
            raise UserError(f"{where}: {surplus} more columns than the header, the first {_short(record[SURPLUS][0])}")
        row = {
            name: _cell(where, record, place)
            for name, place in columns.names
            if name != "id" or record.get(place) is not None
        }
        if "label" not in row or _written(row["label"]) not in columns.drop:
            yield _checked(where, row, columns)


def _checked(where: str, row: dict[str, Any], columns: Columns) -> Row:
    for name, value in row.items():
        if name not in ("label", "answers") and not _is_text(value):
            raise UserError(f"{where}: {name} is {_short(value)}, not a text")
    if "label" in row:
        return {"second": None} | row | {"label": label(where, row["label"], columns)}
    if "answers" in row:
        return row | {"answers": _answers(where, row["context"], row["answers"])}
    return row


def label(where: str, value: Any, columns: Columns) -> int | float:
    """The class number or the score of a label."""
    if columns.labels:
        if _written(value) not in columns.labels:
            raise UserError(f"{where}: label {_short(value)}; expected one of {', '.join(columns.labels)}")
        return columns.labels.index(_written(value))
    if columns.classes:
        number = _whole(value)
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < columns.classes:
            hidden = " (a test set's; it cannot be scored on)" if number == -1 else ""
            raise UserError(
                f"{where}: label {_short(value)}{hidden}; expected an integer from 0 to {columns.classes - 1}"
            )
        return number
    assert columns.low is not None and columns.high is not None
    score = float(value) if isinstance(value, str) and NUMBER.fullmatch(value) else value
    good = isinstance(score, (int, float)) and not isinstance(score, bool) and abs(score) <= sys.float_info.max
    if not good or not columns.low <= score <= columns.high:
        raise UserError(f"{where}: label {_short(value)}; expected a number from {columns.low} to {columns.high}")
    return float(score)


def _whole(value: Any) -> Any:
    """The integer that a label is or is written as; 1.0 is one, as data frames write a column with gaps."""
    if isinstance(value, str) and (written := INTEGER.fullmatch(value)):
        return int(written[1])
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _cell(where: str, record: Record, place: str | int) -> Any:
    if place not in record:
        if isinstance(place, int) and place >= len(record):
            raise UserError(f"{where}: expected at least {place + 1} columns, got {len(record)}")
        names = [_short(name) for name in record]
        listed = ", ".join([*names[:LISTED], "…"] if len(names) > LISTED else names)
        raise UserError(f"{where}: no column {_short(place)}; its columns are {listed or 'none'}")
    return record[place]


def _answers(where: str, context: str, answers: Any) -> dict[str, list[Any]]:
    """SQuAD's gold answers; each must be in the context at its ``answer_start``."""
    texts, starts = (answers.get(name) if isinstance(answers, Mapping) else None for name in ("text", "answer_start"))
    if not isinstance(texts, list) or not isinstance(starts, list) or len(texts) != len(starts):
        raise UserError(f"{where}: expected answers with lists text and answer_start of equal length")
    if not texts:
        raise UserError(f"{where}: no answer (SQuAD v1.1 has at least one per question)")
    for text, start in zip(texts, starts, strict=True):
        if not isinstance(text, str) or isinstance(start, bool) or not isinstance(start, int):
            raise UserError(f"{where}: an answer is {_short(text)} at {_short(start)}, not a text at a number")
        if not text or start < 0 or context[start : start + len(text)] != text:
            raise UserError(f"{where}: the answer {_short(text)} is not at {start} in its context")
    return {"text": texts, "answer_start": starts}


def _is_text(value: Any) -> bool:
    """Whether it is a string that a tokenizer takes: JSON can hold half a surrogate pair, which is refused."""
    try:
        return isinstance(value, str) and bool(value.isascii() or value.encode())
    except UnicodeEncodeError:
        return False


def _written(value: Any) -> Any:
    """An integer label of JSON or Parquet as its text, as YAML lists it."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _short(value: Any) -> str:
    """On one line, cut at 60 characters."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
