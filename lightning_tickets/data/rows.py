"""Records as the rows that a kind of task reads, each value checked where it stands.

A row is ``first``, ``second`` (or None) and ``label``; or ``question``, ``context`` and ``answers``; or ``text``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lightning_tickets.data.readers import SURPLUS, Record
from lightning_tickets.errors import UserError

Row = Mapping[str, Any]
NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?", re.ASCII)
INTEGER = re.compile(r"[+-]?\d{1,9}", re.ASCII)
TOLD = 12  # columns that a message lists
SHAPES = (("first", "label"), ("question", "context", "answers"), ("text",))


@dataclass(frozen=True)
class Columns:
    """Which column (by name, or by number in a file without a header) is read as what, and what a label may be.

    One of three says what a label is: ``labels``, as they are written, in the order of their numbers; ``classes``,
    for numbers from 0; ``low`` and ``high``, for a score. Rows whose label is in ``drop`` are left out, and those
    with another number of columns than ``width``.
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
        if not any(given - {"second"} == set(shape) for shape in SHAPES):
            told = "; or ".join(", ".join(shape) for shape in SHAPES)
            raise UserError(f"columns {', '.join(sorted(given)) or 'none'}: allowed are {told} (second beside first)")
        ways = bool(self.labels) + bool(self.classes) + (self.low is not None and self.high is not None)
        if ("label" in given) != (ways == 1):
            raise UserError("a label is told by one of labels, classes, or low and high")

    @property
    def header(self) -> bool:
        return all(isinstance(place, str) for _, place in self.names)


def rows(records: Iterable[tuple[str, Record]], columns: Columns) -> Iterator[Row]:
    """UserError naming the record and the reason for the first that does not fit."""
    for where, record in records:
        if columns.width and len(record) != columns.width:
            continue
        if SURPLUS in record:
            surplus = len(record[SURPLUS])
            raise UserError(f"{where}: {surplus} more columns than the header, the first {_short(record[SURPLUS][0])}")
        row = {name: _cell(where, record, place) for name, place in columns.names}
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
    """The label's number, or the score."""
    if columns.labels:
        if _written(value) not in columns.labels:
            raise UserError(f"{where}: label {_short(value)}; allowed are {', '.join(columns.labels)}")
        return columns.labels.index(_written(value))
    if columns.classes:
        number = int(value) if isinstance(value, str) and INTEGER.fullmatch(value) else value
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < columns.classes:
            hidden = " (a test set's; it cannot be scored on)" if number == -1 else ""
            raise UserError(f"{where}: label {_short(value)}{hidden}; allowed are 0 to {columns.classes - 1}")
        return number
    assert columns.low is not None and columns.high is not None
    score = float(value) if isinstance(value, str) and NUMBER.fullmatch(value) else value
    good = isinstance(score, (int, float)) and not isinstance(score, bool) and abs(score) <= sys.float_info.max
    if not good or not columns.low <= score <= columns.high:
        raise UserError(f"{where}: label {_short(value)}; allowed are numbers from {columns.low} to {columns.high}")
    return float(score)


def _cell(where: str, record: Record, place: str | int) -> Any:
    if place not in record:
        if isinstance(place, int) and place >= len(record):
            raise UserError(f"{where}: {len(record)} columns, at least {place + 1} are needed")
        found = [_short(name) for name in record]
        told = ", ".join([*found[:TOLD], "…"] if len(found) > TOLD else found)
        raise UserError(f"{where}: no column {_short(place)}; its columns are {told or 'none'}")
    return record[place]


def _answers(where: str, context: str, answers: Any) -> dict[str, list[Any]]:
    """SQuAD's gold answers; each must stand in the context where it says."""
    texts, starts = (answers.get(name) if isinstance(answers, Mapping) else None for name in ("text", "answer_start"))
    if not isinstance(texts, list) or not isinstance(starts, list) or len(texts) != len(starts):
        raise UserError(f"{where}: answers have to be lists text and answer_start of one length")
    if not texts:
        raise UserError(f"{where}: no answer (SQuAD v1.1 has one at least for every question)")
    for text, start in zip(texts, starts, strict=True):
        if not isinstance(text, str) or isinstance(start, bool) or not isinstance(start, int):
            raise UserError(f"{where}: an answer is {_short(text)} at {_short(start)}, not a text at a number")
        if not text or start < 0 or context[start : start + len(text)] != text:
            raise UserError(f"{where}: the answer {_short(text)} does not stand at {start} in its context")
    return {"text": texts, "answer_start": starts}


def _is_text(value: Any) -> bool:
    """Half a surrogate pair, which JSON can write, is none: no tokenizer takes it."""
    try:
        return isinstance(value, str) and bool(value.isascii() or value.encode())
    except UnicodeEncodeError:
        return False


def _written(value: Any) -> Any:
    """A label as a YAML's list has it: JSON and Parquet have integers too."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _short(value: Any) -> str:
    """On one line, cut at 60 characters."""
    told = repr(value)
    return told if len(told) <= 60 else f"{told[:57]}..."
