"""The progress of a sweep, whoever makes its trainings: bars on a terminal, elsewhere a line now and then."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from lightning_tickets.bars import bar
from lightning_tickets.runs.lease import holders
from lightning_tickets.runs.store import Store
from lightning_tickets.studies.plan import Plan

INTERVAL = 0.5  # seconds between two looks at the store
LINE_EVERY = 60.0  # seconds between two lines where there is no terminal
MOST_BARS = 8  # of trainings that other processes run


@contextmanager
def sweep_progress(plan: Plan, store: Store, failed: Callable[[], int]) -> Iterator[None]:
    """Counts new artefacts in the store until the block ends; ``failed`` gives the number of failed jobs."""
    missing = plan.missing(store)
    if not missing:
        yield
        return
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(missing, store, failed, over), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _watch(missing: list[str], store: Store, failed: Callable[[], int], over: threading.Event) -> None:
    left, said, others = set(missing), time.monotonic(), dict[str, ExitStack]()
    with bar("sweep", len(missing)) as update:
        while not over.wait(INTERVAL):
            left -= {name for name in left if store.has(name)}
            running = {name: holder.pid for name, holder in holders(store.root) if name in left}
            text = f"{len(running)} running, {failed()} failed"
            if update:
                update(completed=len(missing) - len(left), description=f"sweep: {text}")
                _show(others, [name for name, pid in running.items() if pid != os.getpid()][:MOST_BARS])
            elif time.monotonic() - said >= LINE_EVERY:
                said = time.monotonic()
                done = f"{len(missing) - len(left)} of {len(missing)} trainings done"
                print(f"lightning-tickets: {done}, {text}", file=sys.stderr)
        _show(others, [])


def _show(bars: dict[str, ExitStack], names: list[str]) -> None:
    """A bar of unknown length for each of the names, and no others."""
    for name in bars.keys() - set(names):
        bars.pop(name).close()
    for name in names:
        if name not in bars:
            bars[name] = ExitStack()
            bars[name].enter_context(bar(name, None))
