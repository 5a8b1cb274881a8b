"""Who answers the signals that ask a process to end."""

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager


@contextmanager
def handled_by(handler: Callable[..., None], signals: Sequence[signal.Signals]) -> Iterator[None]:
    """Within the block signals are the handler's, where Python allows it; afterwards whose they were before."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.signal(one, handler) for one in signals}
    try:
        yield
    finally:
        for one, earlier in before.items():
            signal.signal(one, earlier)
