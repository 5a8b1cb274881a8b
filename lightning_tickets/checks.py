"""Ranges of single values: a check takes the key and the value, and gives the value or a UserError of one line.

A dataclass declares the range of a setting next to its field, by ``setting``; ``checked_settings`` reads them.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

from lightning_tickets.errors import UserError

NAME = r"(?!.*--)[A-Za-z][\w.-]{0,59}"  # of what becomes the name of a file or folder
LARGEST = 1e300  # of a number; infinity and NaN are no numbers


@dataclass(frozen=True)
class Check:
    """``expected`` describes the values that are accepted; ``convert`` gives them their type."""

    expected: str
    accepts: Callable[[Any], bool]
    convert: Callable[[Any], Any] = lambda value: value

    def __call__(self, key: str, value: Any) -> Any:
        if not self.accepts(value):
            raise UserError(f"{key}={as_typed(value)}: expected {self.expected}")
        return self.convert(value)

    def __or__(self, other: Check) -> Check:
        """Either of the two; the first one that accepts a value converts it."""
        return Check(
            f"{self.expected} or {other.expected}",
            lambda value: self.accepts(value) or other.accepts(value),
            lambda value: (self if self.accepts(value) else other).convert(value),
        )


def integer(low: int, high: int | None = None) -> Check:
    """A whole number from ``low`` to ``high``."""
    expected = f"an integer >= {low}" if high is None else f"an integer from {low} to {high}"
    return Check(expected, lambda value: type(value) is int and low <= value <= (LARGEST if high is None else high))


def number(low: float, high: float | None = None) -> Check:
    """A finite number from ``low`` to ``high``, as a float."""
    expected = f"a number >= {low:g}" if high is None else f"a number from {low:g} to {high:g}"
    top = LARGEST if high is None else high
    return Check(expected, lambda value: type(value) in (int, float) and low <= value <= top, float)


def word(*allowed: str) -> Check:
    """One of some words."""
    return Check(f"one of {', '.join(allowed)}", lambda value: value in allowed, str)


def is_path(value: Any) -> bool:
    """Whether it is a path that does not begin with the ``~`` of nobody, and that the system does not find too long."""
    try:
        return isinstance(value, str) and value != "" and Path(value).expanduser().exists() in (True, False)
    except RuntimeError:
        return False
    except OSError as error:
        return error.errno != errno.ENAMETOOLONG


boolean = Check("true or false", lambda value: isinstance(value, bool))
mapping = Check("a mapping", lambda value: isinstance(value, Mapping))
whole = Check("an integer", lambda value: type(value) is int)
real = Check("a number", lambda value: type(value) in (int, float) and abs(value) <= LARGEST, float)
text = Check("a text", lambda value: isinstance(value, str))
texts = Check(
    "a list of texts",
    lambda value: isinstance(value, (list, tuple)) and bool(value) and all(isinstance(one, str) for one in value),
)
folder = Check("the path of a folder", is_path)
share = Check("a number between 0 and 1", lambda value: type(value) in (int, float) and 0 < value < 1, float)
name = Check(
    "a letter, then letters, digits, _ . or -, at most 60 and no --",
    lambda value: isinstance(value, str) and re.fullmatch(NAME, value, re.ASCII) is not None,
)
wandb_name = Check(
    "1 to 128 characters without / \\ # ? % :",
    lambda value: (
        isinstance(value, str) and value.isprintable() and re.fullmatch(r"[^/\\#?%:]{1,128}", value) is not None
    ),
)
positive = Check("a number > 0", lambda value: type(value) in (int, float) and 0 < value <= LARGEST, float)
below_one = Check("a number >= 0 and < 1", lambda value: type(value) in (int, float) and 0 <= value < 1, float)
null = Check("null", lambda value: value is None)


def setting(check: Check, default: Any = MISSING) -> Any:
    """A field of a dataclass whose values a user sets."""
    return field(default=default, metadata={"check": check})


def checked_settings(of: type, key: str, given: Mapping[Any, Any]) -> dict[str, Any]:
    """What the config node ``given`` at ``key`` has for each setting of a dataclass; UserError for a wrong value."""
    checks = {f.name: f.metadata["check"] for f in fields(of) if "check" in f.metadata}
    if absent := [name for name in checks if name not in given]:
        raise UserError(f"{key}.{absent[0]} is missing")
    return {name: check(f"{key}.{name}", given[name]) for name, check in checks.items()}


def as_typed(value: Any) -> Any:
    """A value as it is typed."""
    if isinstance(value, str) and not value.isprintable():
        return repr(value)
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else value
