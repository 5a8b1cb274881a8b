"""The search for a ticket as a figure: what each round trains, scores and prunes, and where it starts."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from lightning_tickets.points import points
from lightning_tickets.report.figures.curves import OKABE_ITO, baseline
from lightning_tickets.report.figures.heatmap_axes import INK, inked
from lightning_tickets.report.formatting import MISSING, count
from lightning_tickets.report.names import FULL, metric_name, row_name, task_name
from lightning_tickets.studies.measurement import PruningRounds, Round

TRAINED, TICKET, PRUNED, QUIET = OKABE_ITO[0], OKABE_ITO[4], "#eeeeee", "#555555"
HALF = 0.27  # of a bar's width
ROOM = 0.15  # of its height, for a number inside
SPAN = 10  # points that the axis of the scores has at least
GROUND = -0.42  # where the pre-trained weights lie, below the bars


def figure(search: PruningRounds) -> Figure:
    """A bar for each round and one for the ticket, as high as all prunable weights; above them the scores."""
    ends = len(search.rounds)
    drawn = Figure(figsize=(max(5.2, 0.85 * (ends + 1)), 4.6), layout="constrained")
    above, below = drawn.subplots(2, 1, sharex=True, height_ratios=(1, 2))
    scores(above, search)
    below.set_axis_off()
    below.set_xlim(-0.6, ends + 0.6)
    below.set_ylim(GROUND - 0.2, 1.25)
    for place, one in enumerate(search.rounds):
        bar(below, place, one.kept, TRAINED, f"round {place + 1}")
        arrow(below, (place + HALF, 0.5), (place + 1 - HALF, 0.5), "-", QUIET)
        below.text(place + 0.5, 0.53, "train,\nprune", ha="center", va="bottom", fontsize=6, color=QUIET)
    bar(below, ends, last(search.rounds), TICKET, "the ticket")
    ground(below, ends)
    return drawn


def last(rounds: tuple[Round, ...]) -> float | None:
    """What the ticket keeps, once its round has run."""
    return rounds[-1].left if rounds and rounds[-1].kept is not None else None


def scores(axes: Axes, search: PruningRounds) -> None:
    """Of what each round trains, with the full network over seeds; the numbers stand in a line above the curve.

    The axis spans at least ``SPAN`` points: the rounds are one search, whose ups and downs are mostly noise.
    """
    known = [(place, 100 * one.score) for place, one in enumerate(search.rounds) if one.score is not None]
    axes.plot([x for x, _ in known], [y for _, y in known], color=TRAINED, marker="o", markersize=4, linewidth=1.2)
    for x, y in known:
        axes.text(x, 1.02, points(y / 100), transform=axes.get_xaxis_transform(), ha="center", fontsize=7)
    full = search.full.summary
    if full:
        line, runs = baseline(axes, full.mean, full.std), count(full.n, "run", "runs")
        axes.legend([line], [f"{row_name(FULL)}, {runs}"], loc="lower left", frameon=False, fontsize=7)
    values = [y for _, y in known] + ([100 * full.mean] if full else [])
    if values:
        middle, half = (min(values) + max(values)) / 2, max(SPAN / 2, 0.65 * (max(values) - min(values)))
        axes.set_ylim(middle - half, middle + half)
    tasks = ", ".join(map(task_name, search.tasks))
    axes.set_ylabel(f"{tasks}\n{metric_name(search.metric)}")
    axes.tick_params(labelbottom=False, length=0)
    axes.grid(visible=False, axis="x")


def bar(axes: Axes, place: int, kept: float | None, color: str, label: str) -> None:
    """All prunable weights, those that are kept coloured; hatched where it is not known."""
    high, corner, unknown = kept or 0.0, (place - HALF, 0.0), "////" if kept is None else None
    axes.add_patch(Rectangle(corner, 2 * HALF, 1, facecolor=PRUNED, edgecolor="#c4c4c4", hatch=unknown))
    axes.add_patch(Rectangle(corner, 2 * HALF, high, facecolor=color, linewidth=0))
    axes.text(place, 1.04, label, ha="center", va="bottom", fontsize=7)
    text = MISSING if kept is None else f"{points(kept, 0)} %"
    y, ink, side = (high - 0.03, inked(color), "top") if high > ROOM else (high + 0.03, INK, "bottom")
    axes.text(place, y, text, color=ink, ha="center", va=side, fontsize=7)


def ground(axes: Axes, ends: int) -> None:
    """θ₀, with an arrow to each bar: every round, and the ticket, starts from the same weights."""
    axes.plot([0, ends], [GROUND, GROUND], color=INK, linewidth=1)
    for place in range(ends + 1):
        arrow(axes, (place, GROUND), (place, -0.02), "--", INK)
    text = "θ₀, the pre-trained weights: where each round goes back to"
    axes.text(ends / 2, GROUND - 0.05, text, ha="center", va="top", fontsize=8)


def arrow(axes: Axes, begin: tuple[float, float], end: tuple[float, float], style: str, color: str) -> None:
    look: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 7, "shrinkA": 0, "shrinkB": 0}
    axes.add_patch(FancyArrowPatch(begin, end, linestyle=style, color=color, **look))
