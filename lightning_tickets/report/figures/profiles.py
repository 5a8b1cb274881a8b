"""Performance profiles: the share of runs above each threshold, a curve and its band for each row."""

from matplotlib.figure import Figure

from lightning_tickets.report.build_table import profile_name
from lightning_tickets.report.figures.curves import OKABE_ITO
from lightning_tickets.report.names import FULL
from lightning_tickets.studies.measurement import Profiles

BLACK = "#000000"


def figure(profiles: Profiles) -> Figure:
    """The full network is dashed, as among curves."""
    drawn = Figure(figsize=(6.4, 4.4), layout="constrained")
    axis = drawn.subplots()
    across = [100 * threshold for threshold in profiles.thresholds]
    colors = iter(OKABE_ITO * len(profiles.profiles))
    for one in profiles.profiles:
        full = one.row == FULL
        color, style = (BLACK, "--") if full else (next(colors), "-")
        axis.plot(across, [100 * share for share in one.shares], style, color=color, label=profile_name(one))
        known = [(x, 100 * band.low, 100 * band.high) for x, band in zip(across, one.bands, strict=True) if band]
        x, low, high = (list(side) for side in zip(*known, strict=True)) if known else ([], [], [])
        axis.fill_between(x, low, high, color=color, alpha=0.15, linewidth=0)
    axis.set_xlim(across[0], across[-1])
    axis.set_ylim(0, 102)
    axis.set_xlabel("Gap closed (%)")
    axis.set_ylabel("Runs above (%)")
    if profiles.profiles:
        axis.legend(frameon=False)
    else:
        axis.text(0.5, 0.5, "no scores yet", transform=axis.transAxes, ha="center", va="center", color="#555555")
    return drawn
