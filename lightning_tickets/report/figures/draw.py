"""Which figure is drawn of what, and from a figure to bytes that depend on nothing but what is drawn."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from lightning_tickets.report.build_table import waiting, with_names
from lightning_tickets.report.figures import algorithm, curves, heatmap, profiles
from lightning_tickets.report.footnotes import changed
from lightning_tickets.studies.measurement import Exhibit, Matrix, Plottable, Profiles, PruningRounds

FIGURES = {"curves": curves.figure, "heatmap": heatmap.figure}
CAPTIONS = {"curves": curves.caption, "heatmap": heatmap.caption}
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
    return encoded(what, "png", {"Software": None})


def svg(what: Plottable) -> bytes:
    """To stand in a page or a paper: transparent, without title and caption."""
    return encoded(what, "svg", {"Date": None, "Creator": None}, transparent=True)


def encoded(what: Plottable, suffix: str, metadata: dict[str, None], transparent: bool = False) -> bytes:
    """Each format draws the figure again, so that none depends on what was drawn before."""
    data = io.BytesIO()
    with settings():
        drawn = figure(what)
        if transparent:
            drawn.suptitle("")
            drawn.supxlabel("")
        drawn.savefig(data, format=suffix, dpi=150, metadata=metadata, transparent=transparent)
    return data.getvalue()


@contextmanager
def settings() -> Iterator[None]:
    """Ours on top of matplotlib's own: a user's matplotlibrc must not change the bytes."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        yield


def figure(what: Plottable) -> Figure:
    match what:
        case Exhibit():
            return FIGURES[what.drawn](what)
        case Matrix():
            return heatmap.matrix(with_names(what), caption(what))
        case PruningRounds():
            return algorithm.figure(what, caption(what))
        case Profiles():
            return profiles.figure(what, caption(what))


def caption(what: Plottable) -> str:
    """The text below the figure: how to read it, what is missing, and what was changed by hand."""
    if isinstance(what, Exhibit):
        return CAPTIONS[what.drawn](what)
    return " ".join((what.caption, *waiting(what.missing), *what.notes, *changed(what.overrides)))
