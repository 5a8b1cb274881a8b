"""Readers of files, row by row. A record is a row's location and its columns by name, or by number without a header.

What cannot be read raises a UserError with file, row and reason.
"""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lightning_tickets.data.squad import questions
from lightning_tickets.errors import UserError, reason

Record = dict[str | int, Any]
Records = Iterator[tuple[str, Record]]
csv.field_size_limit(2**31 - 1)  # a document may be long: the tokenizer cuts it
SURPLUS = -1  # the key of a tab-separated line's cells beyond its header


def read_records(path: Path, header: bool = True) -> Records:
    """The records of one file, by its suffix; ``header`` applies to tab-separated files only."""
    read = READERS.get(path.suffix)
    if read is None:
        raise UserError(f"{path}: unsupported file type; expected one of {', '.join(sorted(READERS))}")
    if path.suffix == ".tsv":
        return tab_separated(path, header)
    return read(path)


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines without their ends; a byte-order mark is dropped."""
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                try:
                    text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
                except UnicodeDecodeError as error:
                    raise UserError(f"{path}, line {number}: not UTF-8 at byte {error.start}") from error
                yield number, text.removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error


def tab_separated(path: Path, header: bool = True) -> Records:
    """GLUE's official format: split on tabs only, without quoting, since cells hold unpaired quotation marks."""
    names: list[str] | None = None
    for number, line in _without_blank_end(lines(path)):
        cells = line.split("\t")
        if header and names is None:
            names = _header(path, number, cells)
        elif names is None:
            yield f"{path}, line {number}", dict(enumerate(cells))
        else:
            record: Record = dict(zip(names, cells, strict=False))
            if len(cells) > len(names):
                record[SURPLUS] = cells[len(names) :]
            yield f"{path}, line {number}", record


def _header(path: Path, number: int, names: list[str]) -> list[str]:
    """UserError for a name that two columns have."""
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise UserError(f"{path}, line {number}: two columns have the name {twice[0]!r}")
    return names


def _without_blank_end(numbered: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Drop blank lines after the last row, keep those within the file."""
    blank: list[tuple[int, str]] = []
    for number, line in numbered:
        blank.append((number, line))
        if line.strip():
            yield from blank
            blank.clear()


def comma_separated(path: Path) -> Records:
    """CSV with a header and double quotes."""
    reader = csv.reader((text + "\n" for _, text in lines(path)), strict=True)
    names: list[str] | None = None
    while True:
        before = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise UserError(f"{path}, line {before}: {error}") from error
        if cells is None:
            return
        if names is None:
            names = _header(path, before, cells)
        elif cells and len(cells) != len(names):
            raise UserError(f"{path}, line {before}: {len(cells)} columns under a header of {len(names)}")
        elif cells:
            yield f"{path}, line {before}", dict(zip(names, cells, strict=True))


def json_lines(path: Path) -> Records:
    """One JSON object per line."""
    for number, line in lines(path):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UserError(f"{path}, line {number}: not JSON ({error})") from error
        if not isinstance(record, dict):
            raise UserError(f"{path}, line {number}: not a JSON object")
        yield f"{path}, line {number}", record


def running_text(path: Path) -> Records:
    """Each line as ``text``."""
    for number, line in lines(path):
        yield f"{path}, line {number}", {"text": line}


def parquet(path: Path) -> Records:
    """The rows of a Parquet file."""
    import pyarrow
    from pyarrow.parquet import ParquetFile

    number = 0
    try:
        with ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=1000):
                for record in batch.to_pylist():
                    yield f"{path}, row {number}", record
                    number += 1
    except (pyarrow.ArrowException, OSError, ValueError, ArithmeticError) as error:
        raise UserError(f"{path}: cannot be read as Parquet ({reason(error)})") from error


READERS: dict[str, Callable[[Path], Records]] = {
    ".tsv": tab_separated,
    ".csv": comma_separated,
    ".jsonl": json_lines,
    ".json": questions,
    ".parquet": parquet,
    ".txt": running_text,
    ".raw": running_text,
    ".tokens": running_text,
}
