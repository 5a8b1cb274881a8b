"""Progress bars on standard error: a process opens one display, and each part of the work adds a bar to it."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress

VERBOSE = "LIGHTNING_TICKETS_VERBOSE"  # set by -v, whose lines take the place of bars
T = TypeVar("T")
_display: "Progress | None" = None


@contextmanager
def display(wanted: bool = True) -> Iterator[None]:
    """Within the block ``bar`` shows bars, if standard error is a terminal and this is no CI job."""
    global _display
    on_terminal = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    if not wanted or not on_terminal or os.environ.get("CI") or VERBOSE in os.environ:
        yield
        return
    from rich import progress
    from rich.console import Console
    from rich.table import Column

    text = progress.TextColumn("{task.description}", markup=False, table_column=Column(ratio=2, no_wrap=True))
    share = progress.BarColumn(None, table_column=Column(ratio=1))
    numbers = (progress.MofNCompleteColumn(), progress.TimeElapsedColumn(), progress.TimeRemainingColumn(compact=True))
    options = {"console": Console(stderr=True), "transient": True, "redirect_stdout": False, "expand": True}
    with progress.Progress(text, share, *numbers, refresh_per_second=4, **options) as _display:  # type: ignore[arg-type]
        _display.speed_estimate_period = 86_400  # seconds: trainings may take hours
        try:
            yield
        finally:
            _display = None


@contextmanager
def bar(text: str, total: float | None) -> Iterator[Callable[..., None] | None]:
    """A bar, as a function that takes how much is ``completed`` and a new ``description``; None without a display."""
    display = _display
    if display is None:
        yield None
        return
    task = display.add_task(text, total=total)
    try:
        yield lambda **changes: display.update(task, **changes)
    finally:
        display.remove_task(task)


def track(items: Iterable[T], text: str, total: int) -> Iterator[T]:
    """The items, with a bar that counts those that the caller is through with."""
    with bar(text, total) as update:
        for number, item in enumerate(items):
            if update:
                update(completed=number)
            yield item
