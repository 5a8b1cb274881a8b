"""The suite's log: each process keeps a file in the journal, and with ``-v`` writes to standard error too."""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from lightning_tickets.bars import VERBOSE

LOGGER = logging.getLogger("lightning_tickets")
FORMAT = logging.Formatter("%(asctime)s %(process)d %(name)s: %(message)s")


class _File(logging.FileHandler):
    """What cannot be written, as on a full disk, is left out: a log stops no training."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        pass

    def close(self) -> None:
        with suppress(OSError):
            super().close()


@contextmanager
def log_to_file(journal: Path) -> Iterator[None]:
    """Within the block this process appends to ``HOST-PROCESS.log`` in the journal, and what ``-v`` asks for."""
    with suppress(OSError):
        journal.mkdir(parents=True, exist_ok=True)
    with ExitStack() as handlers:
        if VERBOSE in os.environ and not LOGGER.handlers:  # a worker process
            handlers.enter_context(_attached(logging.StreamHandler()))
        file = _File(journal / f"{socket.gethostname()}-{os.getpid()}.log", encoding="utf-8", delay=True)
        handlers.enter_context(_attached(file))
        yield


@contextmanager
def log_to_stderr(wanted: bool) -> Iterator[None]:
    """Within the block, in this process and those that it starts; without ``wanted`` nothing changes."""
    if not wanted:
        yield
        return
    os.environ[VERBOSE] = "1"
    try:
        with _attached(logging.StreamHandler()):
            yield
    finally:
        del os.environ[VERBOSE]


@contextmanager
def _attached(handler: logging.Handler) -> Iterator[None]:
    handler.setFormatter(FORMAT)
    level = LOGGER.level
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        LOGGER.setLevel(level)
        LOGGER.removeHandler(handler)
        handler.close()
