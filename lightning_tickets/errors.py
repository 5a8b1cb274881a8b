"""Errors and warnings shown to the user: one line each; a UserError ends with status 2 and writes nothing."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

MOST_CHOICES = 15  # of those that a message lists
NEAR = 0.72  # share of letters in common, of a word that was probably meant


def printable(text: str) -> str:
    """What comes from files as a terminal can show it: what it would obey is written as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def unknown(kind: str, word: str, choices: Iterable[object], otherwise: str = "", prefix: str = "") -> str:
    """The message for a word that is none of the choices: the nearest one, ``otherwise`` what there is to choose.

    All of them begin with the prefix, which says nothing about which of them was meant.
    """
    known = [str(choice) for choice in choices]
    ends = [choice.removeprefix(prefix) for choice in known]
    if nearest := get_close_matches(word.removeprefix(prefix), ends, n=1, cutoff=NEAR):
        return f"unknown {kind} {word!r}; did you mean {prefix}{nearest[0]}?"
    more = f" and {len(known) - MOST_CHOICES} more" if len(known) > MOST_CHOICES else ""
    listed = f"choose from {', '.join(known[:MOST_CHOICES])}{more}" if known else "there is none"
    return f"unknown {kind} {word!r}; {otherwise or listed}"


class UserError(Exception):
    """An invalid request; the message names the key or file and what is expected.

    It is one line: what a terminal would obey is written as an escape.
    """

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


class Stopped(UserError):
    """A search has fallen below ticket.stop_below and goes no further."""


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
    """The process was asked to end by ``signals``; its training is in a checkpoint if it writes any."""

    def __init__(self, message: str, signals: frozenset[int] = frozenset()) -> None:
        super().__init__(message)
        self.signals = signals


class PartialData(UserWarning):
    """A split does not have the official row count."""


def one_line(text: str) -> str:
    """On one line, with control characters replaced, cut at 200 characters."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))[:200]


def reason(error: BaseException) -> str:
    """A library's message on one line."""
    return one_line(str(error)) or type(error).__name__
