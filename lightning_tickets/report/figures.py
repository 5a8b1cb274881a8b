"""An exhibit as a picture, by the way in which it is drawn."""

from __future__ import annotations

from functools import lru_cache, partial

from matplotlib.figure import Figure

from lightning_tickets.report import canvas, curves, heatmap
from lightning_tickets.studies.finding import Exhibit

FIGURES = {"curves": curves.figure, "heatmap": heatmap.figure}
CAPTIONS = {"curves": curves.caption, "heatmap": heatmap.caption}


def png(exhibit: Exhibit) -> bytes:
    return canvas.png(partial(figure, exhibit))


@lru_cache(maxsize=16)
def svg(exhibit: Exhibit) -> bytes:
    """Kept, since the page shows what the file holds and a large figure takes seconds."""
    return canvas.svg(partial(figure, exhibit))


def figure(exhibit: Exhibit) -> Figure:
    return FIGURES[exhibit.drawn](exhibit)


def caption(exhibit: Exhibit) -> str:
    """What stands below the drawing, which says how to read it."""
    return CAPTIONS[exhibit.drawn](exhibit)
