"""What is the user's to know: an error is a single line, exit status 2, nothing written; a warning is a line."""

from __future__ import annotations


class UserError(Exception):
    """What was asked for cannot be had; the message names the key or file and what is allowed."""


class Stopped(UserError):
    """A chain has fallen below where the user wants it searched further (ticket.stop_below)."""


class Busy(Exception):
    """Another worker is making what was asked for."""


class Interrupted(BaseException):
    """The process was asked to end; what it was training is in a checkpoint. ``signals`` are those it was asked by."""

    def __init__(self, told: str, signals: frozenset[int] = frozenset()) -> None:
        super().__init__(told)
        self.signals = signals


class PartialData(UserWarning):
    """A split has not the number of rows that the whole data set has."""


def reason(error: Exception) -> str:
    """What a library says, on one line, without what a terminal would obey."""
    told = "".join(c if c.isprintable() else "?" for c in " ".join(str(error).split()))
    return told[:200] or type(error).__name__
