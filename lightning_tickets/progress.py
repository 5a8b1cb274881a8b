"""A progress bar for a whole sweep, with the time left: it counts new artefacts in the store."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm

from lightning_tickets.runs.store import Store
from lightning_tickets.studies.plan import Plan

INTERVAL = 0.5


@contextmanager
def progress_bar(plan: Plan, store: Store) -> Iterator[None]:
    """A bar over the missing trainings, made by this process or any other."""
    missing = plan.missing(store)
    if not missing:
        yield
        return
    over = threading.Event()
    seconds = 0.1 if sys.stderr.isatty() else 10.0  # between updates: a log file gets fewer than a terminal
    bar = tqdm(total=len(missing), unit="training", dynamic_ncols=True, mininterval=seconds)
    watcher = threading.Thread(target=_watch, args=(bar, missing, store, over), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
        bar.close()


def _watch(bar: tqdm[None], missing: list[str], store: Store, over: threading.Event) -> None:
    left = set(missing)
    while True:
        last_look = over.wait(INTERVAL)
        done = {name for name in left if store.has(name)}
        left -= done
        bar.update(len(done))
        if last_look:
            return
