"""From a matplotlib figure to bytes that depend on nothing but what is drawn."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.figure import Figure

SETTINGS: dict[Any, object] = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "text.parse_math": False,
    "svg.hashsalt": "lightning_tickets",
    "svg.fonttype": "path",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
}


def png(figure: Callable[[], Figure]) -> bytes:
    return encoded(figure, "png", {"Software": None})


def svg(figure: Callable[[], Figure]) -> bytes:
    return encoded(figure, "svg", {"Date": None, "Creator": None})


def encoded(figure: Callable[[], Figure], suffix: str, metadata: dict[str, None]) -> bytes:
    """Each format draws the figure again, so that none depends on what was drawn before."""
    data = io.BytesIO()
    with settings():
        figure().savefig(data, format=suffix, dpi=150, metadata=metadata)
    return data.getvalue()


@contextmanager
def settings() -> Iterator[None]:
    """Ours on top of matplotlib's own: a user's matplotlibrc must not change the bytes."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        yield
