"""Which figure is drawn of what, and from a figure to bytes that depend on nothing but what is drawn."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from lightning_tickets.report.build_table import with_names
from lightning_tickets.report.captions import caption
from lightning_tickets.report.figures import algorithm, curves, heatmap, profiles
from lightning_tickets.studies.measurement import Exhibit, Matrix, Plottable, Profiles, PruningRounds

METADATA: dict[str, dict[str, None]] = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}
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


def png(what: Plottable) -> bytes:
    return encoded(what, "png")


def svg(what: Plottable) -> bytes:
    """To stand in a page or a paper: transparent, without title and caption."""
    return encoded(what, "svg")


def encoded(what: Plottable, suffix: str) -> bytes:
    """Each format draws the figure again, so that none depends on what was drawn before."""
    data, transparent = io.BytesIO(), suffix == "svg"
    with settings():
        drawn = figure(what)
        if transparent:
            drawn.suptitle("")
            drawn.supxlabel("")
        drawn.savefig(data, format=suffix, dpi=150, metadata=METADATA[suffix], transparent=transparent)
    return data.getvalue()


@contextmanager
def settings() -> Iterator[None]:
    """Ours on top of matplotlib's own: a user's matplotlibrc must not change the bytes."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        yield


def figure(what: Plottable) -> Figure:
    """With its title above, and below it how it is read."""
    text = caption(what)
    drawn = untitled(what, text)
    drawn.suptitle(what.title, fontsize=10, wrap=True)
    drawn.supxlabel(text, fontsize=8, wrap=True)
    return drawn


def untitled(what: Plottable, caption: str) -> Figure:
    """A heat map leaves room for ``caption``."""
    match what:
        case Exhibit(drawn="curves"):
            return curves.figure(what)
        case Exhibit():
            return heatmap.figure(what, caption)
        case Matrix():
            return heatmap.matrix(with_names(what), caption)
        case PruningRounds():
            return algorithm.figure(what)
        case Profiles():
            return profiles.figure(what)
