"""Numbers in colored squares, with heads for columns and rows: what heat maps and matrices have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize, to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

PAPER, INK = "#ffffff", "#000000"
LETTER = 0.066  # inches that a letter of the heads takes, roughly


@dataclass(frozen=True)
class Square:
    """``color`` is None where there is no number, which is hatched; a frame is seen where colors are not."""

    text: str
    color: str | None = None
    framed: bool = False


@dataclass(frozen=True)
class Scale:
    """Numbers as colors."""

    colors: Colormap
    norm: Normalize

    def color(self, value: float) -> str:
        return to_hex(self.colors(self.norm(value)))


def heatmap_axes(
    caption: str, rows: Sequence[str], heads: Sequence[str], squares: Sequence[Sequence[Square]]
) -> tuple[Figure, Axes]:
    """As large as its squares and heads need, with room for the caption; raises ValueError where the lengths differ."""
    wide = max(5.2, LETTER * longest(rows) + 0.8 + len(heads) * max(0.6, LETTER * longest(heads)))
    high = 0.32 * len(rows) + 1.8 + 0.14 * ceil(LETTER * len(caption) / wide)
    drawn = Figure(figsize=(wide, high), layout="constrained")
    axes = drawn.subplots()
    label(axes, rows, heads)
    for y, (_, line) in enumerate(zip(rows, squares, strict=True)):
        for x, (_, square) in enumerate(zip(heads, line, strict=True)):
            paint(axes, x, y, square)
    return drawn, axes


def label(axes: Axes, rows: Sequence[str], heads: Sequence[str]) -> None:
    """The heads on top, the first row below them."""
    axes.set_xlim(0, max(1, len(heads)))
    axes.set_ylim(max(1, len(rows)), 0)
    axes.set_xticks([x + 0.5 for x in range(len(heads))], heads)
    axes.set_yticks([y + 0.5 for y in range(len(rows))], rows)
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    axes.spines[:].set_visible(False)
    axes.grid(False)


def longest(labels: Sequence[str]) -> int:
    return max((len(line) for label in labels for line in label.split("\n")), default=0)


def paint(axes: Axes, x: int, y: int, square: Square) -> None:
    """One square; without text there is none."""
    if not square.text:
        return
    look = {"facecolor": square.color, "linewidth": 0} if square.color else {"facecolor": "#eeeeee", "hatch": "////"}
    edge = {"edgecolor": INK, "linewidth": 1.6} if square.framed else {"edgecolor": "#c4c4c4"}
    axes.add_patch(Rectangle((x + 0.03, y + 0.05), 0.94, 0.9, **(look | edge)))
    weight = "bold" if square.framed else "normal"
    ink = inked(square.color or PAPER)
    axes.text(x + 0.5, y + 0.5, square.text, color=ink, weight=weight, ha="center", va="center")


def inked(color: str) -> str:
    """Black or white, whichever has the higher contrast: one of the two always has at least 4.5."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return PAPER if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else INK


def color_bar(drawn: Figure, axes: Axes, scale: Scale, label: str, marks: dict[float, str]) -> None:
    """The key of the colors, with ``marks`` as its ticks."""
    colors = ScalarMappable(scale.norm, scale.colors)
    key = drawn.colorbar(colors, ax=axes, location="bottom", shrink=0.4, aspect=30, label=label)
    key.set_ticks(list(marks), labels=list(marks.values()))
