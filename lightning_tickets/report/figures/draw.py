"""Which figure is drawn of what: curves and heat maps of exhibits, matrices, and the search for a ticket."""

from __future__ import annotations

from functools import partial

from matplotlib.figure import Figure

from lightning_tickets.report.build_table import with_names
from lightning_tickets.report.figures import algorithm, curves, heatmap, render
from lightning_tickets.studies.measurement import Exhibit, Matrix, Plottable, PruningRounds

FIGURES = {"curves": curves.figure, "heatmap": heatmap.figure}
CAPTIONS = {"curves": curves.caption, "heatmap": heatmap.caption}


def png(what: Plottable) -> bytes:
    return render.png(partial(figure, what))


def svg(what: Plottable) -> bytes:
    return render.svg(partial(figure, what))


def figure(what: Plottable) -> Figure:
    match what:
        case Exhibit():
            return FIGURES[what.drawn](what)
        case Matrix():
            return heatmap.matrix(with_names(what), caption(what))
        case PruningRounds():
            return algorithm.figure(what, caption(what))


def caption(what: Plottable) -> str:
    """The text below the figure: how to read it, and what is missing."""
    return CAPTIONS[what.drawn](what) if isinstance(what, Exhibit) else " ".join((what.caption, *what.notes))
