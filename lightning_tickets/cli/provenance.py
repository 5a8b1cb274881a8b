"""When, by which version and on which machines the runs of a report were made, and by what it was drawn."""

import subprocess
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

from lightning_tickets.runs.store import Store, Timing


def provenance(store: Store, names: Iterable[str]) -> tuple[str, ...]:
    """Sentences that are the same for the same store and the same version."""
    timings = [timing for name in names if (timing := store.timing(name))]
    made = " ".join(_made(timings)) or "Not recorded: when, by which version and on which machine the runs were made."
    commit = _commit()
    return made, f"Drawn by version {version('lightning-tickets')}{f', commit {commit}' if commit else ''}."


def _made(timings: list[Timing]) -> Iterator[str]:
    days = sorted(timing.finished[:10] for timing in timings if timing.finished)
    if days:
        yield f"Runs finished {days[0]}." if days[0] == days[-1] else f"Runs finished {days[0]} to {days[-1]}."
    for what, values in (
        ("By version", [timing.version for timing in timings]),
        ("On", [timing.machine for timing in timings]),
    ):
        if known := sorted({value for value in values if value}):
            yield f"{what} {', '.join(known)}{' and some not recorded' if None in values else ''}."


def _commit() -> str:
    """Of the checkout that the package lies in, with ``-dirty`` for one with changes; empty outside of a checkout."""
    checkout = Path(__file__).resolve().parents[2]
    if not (checkout / ".git").exists():
        return ""
    line = ["git", "-C", str(checkout), "describe", "--always", "--dirty", "--exclude=*"]
    try:
        return subprocess.run(line, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
