"""Checks of single values: each takes the key and the value, and gives the value or one clear line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lightning_tickets.errors import UserError

Check = Callable[[str, Any], Any]


def integer(low: int, high: int | None = None) -> Check:
    """A whole number from ``low`` to ``high``."""
    allowed = f"an integer from {low} to {high}" if high is not None else f"an integer of at least {low}"

    def check(key: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < low or (high is not None and value > high):
            raise UserError(f"{key}={value}: allowed is {allowed}")
        return value

    return check


def optional_integer(low: int) -> Check:
    """As ``integer``, or null."""
    inner = integer(low)
    return lambda key, value: None if value is None else inner(key, value)


def number(low: float, high: float | None = None) -> Check:
    """A finite number from ``low`` to ``high``, as a float."""
    allowed = f"a number from {low} to {high}" if high is not None else f"a number of at least {low}"

    def check(key: str, value: Any) -> float:
        good = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not good or not low <= value <= (float("1e300") if high is None else high):
            raise UserError(f"{key}={value}: allowed is {allowed}")
        return float(value)

    return check


fraction = number(0, 1)


def boolean(key: str, value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise UserError(f"{key}={value}: allowed are true, false")
    return value


def checked(key: str, value: Any, allowed: Sequence[str]) -> str:
    """One of the allowed words."""
    if value not in allowed:
        raise UserError(f"{key}={value}: allowed are {', '.join(allowed)}")
    return str(value)
