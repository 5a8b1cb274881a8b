"""Errors and warnings shown to the user: one line each; a UserError ends with status 2 and writes nothing."""

from pathlib import Path


def printable(text: str) -> str:
    """What comes from files as a terminal can show it: what it would obey is written as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class UserError(Exception):
    """An invalid request; the message names the key or file and what is expected.

    It is one line: what a terminal would obey is written as an escape.
    """

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


class Stopped(UserError):
    """A chain has fallen below ticket.stop_below and is searched no further."""


class Damaged(UserError):
    """Something below the root is not what the suite writes there; ``remove`` is what has to go, if not the file."""

    def __init__(self, path: Path, why: str, remove: Path | None = None) -> None:
        self.path = path
        what = "it" if remove is None else f"{remove} and run its command again"
        super().__init__(f"{path}: damaged ({why}): remove {what}")

    @property
    def may_be_whole(self) -> bool:
        """Whether the machine has failed to read it, as a network's disk may for a while."""
        return isinstance(self.__cause__, OSError) and not isinstance(self.__cause__, FileNotFoundError)


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
