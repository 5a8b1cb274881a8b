"""Errors and warnings shown to the user: one line each; a UserError ends with status 2 and writes nothing."""

from pathlib import Path


class UserError(Exception):
    """An invalid request; the message names the key or file and what is expected."""


class Damaged(UserError):
    """Something below the root is not what the suite writes there; ``remove`` is what has to go, if not the file."""

    def __init__(self, path: Path, why: str, remove: Path | None = None) -> None:
        self.path = path
        what = "it" if remove is None else f"{remove} and run its command again"
        super().__init__(printable(f"{path}: damaged ({why}): remove {what}"))


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


def printable(text: str) -> str:
    """With control characters replaced, as what comes from files must be before a terminal gets it."""
    return "".join(c if c.isprintable() else "?" for c in text)


def reason(error: Exception) -> str:
    """A library's message on one line, with control characters replaced."""
    return printable(" ".join(str(error).split()))[:200] or type(error).__name__
