"""Errors and warnings shown to the user: one line each; a UserError ends with status 2 and writes nothing."""


class UserError(Exception):
    """An invalid request; the message names the key or file and what is expected.

    It is one line: what a terminal would obey is written as an escape.
    """

    def __init__(self, message: str) -> None:
        super().__init__("".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in message))


class Stopped(UserError):
    """A chain has fallen below ticket.stop_below and is searched no further."""


class Busy(Exception):
    """Another worker is making the artefact."""


class Interrupted(BaseException):
    """The process was asked to end by ``signals``; its training is in a checkpoint."""

    def __init__(self, message: str, signals: frozenset[int] = frozenset()) -> None:
        super().__init__(message)
        self.signals = signals


class PartialData(UserWarning):
    """A split does not have the official row count."""


def one_line(text: str) -> str:
    """On one line, with control characters replaced, cut at 200 characters."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))[:200]


def reason(error: Exception) -> str:
    """A library's message on one line."""
    return one_line(str(error)) or type(error).__name__
