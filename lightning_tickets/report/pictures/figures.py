"""What is shown as a picture: curves and maps of exhibits, matrices, and the search for a ticket."""

from __future__ import annotations

from functools import lru_cache, partial

from matplotlib.figure import Figure

from lightning_tickets.report.pictures import algorithm, canvas, curves, heatmap
from lightning_tickets.studies.measurement import Exhibit, Matrix, Plottable, PruningRounds

FIGURES = {"curves": curves.figure, "heatmap": heatmap.figure}
CAPTIONS = {"curves": curves.caption, "heatmap": heatmap.caption}


def png(what: Plottable) -> bytes:
    return canvas.png(partial(figure, what))


@lru_cache(maxsize=16)
def svg(what: Plottable) -> bytes:
    """Kept, since the page shows what the file holds and a large figure takes seconds."""
    return canvas.svg(partial(figure, what))


def figure(what: Plottable) -> Figure:
    match what:
        case Exhibit():
            return FIGURES[what.drawn](what)
        case Matrix():
            return heatmap.matrix(what, caption(what))
        case PruningRounds():
            return algorithm.figure(what, caption(what))


def caption(what: Plottable) -> str:
    """What stands below the drawing, which says how to read it."""
    return CAPTIONS[what.drawn](what) if isinstance(what, Exhibit) else " ".join((what.caption, *what.notes))
