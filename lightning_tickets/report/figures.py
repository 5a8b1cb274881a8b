"""What is shown as a picture: curves and maps of exhibits, and matrices."""

from __future__ import annotations

from functools import lru_cache, partial

from matplotlib.figure import Figure

from lightning_tickets.report import canvas, curves, heatmap
from lightning_tickets.report.views import Pictured
from lightning_tickets.studies.finding import Exhibit, Matrix

FIGURES = {"curves": curves.figure, "heatmap": heatmap.figure}
CAPTIONS = {"curves": curves.caption, "heatmap": heatmap.caption}


def png(what: Pictured) -> bytes:
    if isinstance(what, Matrix):
        return heatmap.matrix_png(what.title, what.rows, what.columns, what.values, caption(what))
    return canvas.png(partial(figure, what))


@lru_cache(maxsize=16)
def svg(what: Pictured) -> bytes:
    """Kept, since the page shows what the file holds and a large figure takes seconds."""
    if isinstance(what, Matrix):
        return heatmap.matrix_svg(what.title, what.rows, what.columns, what.values, caption(what))
    return canvas.svg(partial(figure, what))


def figure(exhibit: Exhibit) -> Figure:
    return FIGURES[exhibit.drawn](exhibit)


def caption(what: Pictured) -> str:
    """What stands below the drawing, which says how to read it."""
    if isinstance(what, Matrix):
        return " ".join((what.shows, *what.notes))
    return CAPTIONS[what.drawn](what)
