"""How the tests of this folder read a file, and what they ask of every refusal."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from lightning_tickets.data.readers import read_records
from lightning_tickets.data.rows import Columns, rows
from lightning_tickets.errors import UserError

CLASSES = Columns((("first", "first"), ("label", "label")), classes=2)
NUMBERED = Columns((("first", 3), ("label", 1)), classes=2)
SCORES = Columns((("first", "first"), ("label", "label")), low=0.0, high=5.0)
TEXT = Columns((("text", "text"),))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
ANSWERS = Columns((("question", "question"), ("context", "context"), ("answers", "answers")))


def read(path: Path, columns: Columns) -> list[dict[str, Any]]:
    return [dict(row) for row in rows(read_records(path, columns.header), columns)]


def one_line(error: UserError) -> str:
    """Its text: a line that a terminal shows as it is, and that can be read."""
    text = str(error)
    assert len(text.splitlines()) == 1 and text.isprintable() and len(text) < 800, text
    return text


def refusal(act: Callable[[], Iterable[Any] | None]) -> str:
    with pytest.raises(UserError) as raised:
        list(act() or ())
    return one_line(raised.value)


def rows_or_one_line(path: Path, columns: Columns, content: bytes) -> list[dict[str, Any]] | None:
    """The rows of a file with this content; None if it is refused, in one line that begins with its path."""
    path.write_bytes(content)
    try:
        return read(path, columns)
    except UserError as error:
        assert one_line(error).startswith(str(path))
        return None


def end_of(rows: list[Any] | None) -> str:
    return "refused" if rows is None else "rows" if rows else "none"


def part_of(whole: bytes, kept: float) -> bytes:
    """The first ``kept`` bytes (all but as many if negative), or a fraction of them."""
    return whole[: int(len(whole) * kept) if isinstance(kept, float) else kept]


def unreadable(path: Path, columns: Columns) -> str:
    """Why a file is refused; the file is named first."""
    text = refusal(lambda: read(path, columns))
    assert text.startswith(str(path))
    return text.removeprefix(str(path))


def nested(scalars: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """These, or lists and dictionaries of them at any depth."""
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=6,
    )
