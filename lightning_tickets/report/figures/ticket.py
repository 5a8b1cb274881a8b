"""The sparsity of a ticket, by layer and matrix."""

import io
from collections.abc import Mapping

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lightning_tickets.report.figures.curves import MARKERS, OKABE_ITO
from lightning_tickets.report.figures.draw import settings

GREY = "#dddddd"


def png(layers: Mapping[str, float], matrices: Mapping[str, Mapping[str, float]], total: float) -> bytes:
    """A bar for each layer, a mark for each of its matrices by kind (``matrices[kind][layer]``); shares of zeros."""
    data = io.BytesIO()
    with settings():
        figure(layers, matrices, total).savefig(data, format="png", dpi=150, metadata={"Software": None})
    return data.getvalue()


def figure(layers: Mapping[str, float], matrices: Mapping[str, Mapping[str, float]], total: float) -> Figure:
    drawn = Figure(figsize=(max(4.2, 0.45 * len(layers) + 2.6), 3.0), layout="constrained")
    axes, places = drawn.subplots(), {layer: place for place, layer in enumerate(layers)}
    axes.bar(range(len(layers)), [100 * share for share in layers.values()], color=GREY, label="whole layer")
    for number, (kind, shares) in enumerate(matrices.items()):
        axes.plot(
            [places[layer] for layer in shares],
            [100 * share for share in shares.values()],
            linestyle="none",
            markersize=4,
            color=OKABE_ITO[number % len(OKABE_ITO)],
            marker=MARKERS[number % len(MARKERS)],
            label=kind,
        )
    axes.axhline(100 * total, color="#000000", linestyle="--", linewidth=1, label="all")
    axes.set_xticks(range(len(layers)), list(layers))
    axes.set_xlabel("Layer")
    axes.set_ylabel("Weights that are zero (%)")
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.grid(visible=False, axis="x")
    drawn.legend(loc="outside right center", frameon=False)
    return drawn
