"""Numbers, counts and addresses as text."""

from collections.abc import Iterable
from urllib.parse import quote

from lightning_tickets.points import MISSING as MISSING

UNDEFINED, WITHIN = "¶", "†"


def percent(sparsity: float) -> str:
    return f"{round(100 * sparsity, 2):g} %"


def decimal(value: float) -> str:
    """At most four decimals, at least one, no negative zero."""
    return str(round(value, 4) + 0.0)


def one_line(text: str) -> str:
    """Without line breaks, whatever a name contains."""
    return " ".join(text.split())


def count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def missing_runs(commands: Iterable[str]) -> str:
    """How many runs are missing, empty for none; a run that several cells wait for counts once."""
    number = len(set(commands))
    return count(number, "run is missing", "runs are missing") if number else ""


def anchor(*parts: str) -> str:
    """An HTML id, and the fragment of a link to it: no character has a meaning in HTML or in an address."""
    return "/".join(quote(part, safe="") for part in parts)
