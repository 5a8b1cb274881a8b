"""The text below a figure: how to read it, what is missing, and what was changed by hand."""

from collections.abc import Iterator

from lightning_tickets.points import points
from lightning_tickets.report.build_table import waiting
from lightning_tickets.report.differences import Differences, baseline_name, differences, marks_deviation
from lightning_tickets.report.footnotes import absent, changed, counted_cells, framing, number_of_runs, single_runs
from lightning_tickets.report.formatting import MISSING, UNDEFINED, WITHIN
from lightning_tickets.report.layout import in_order
from lightning_tickets.studies.frame_rules import DEVIATION
from lightning_tickets.studies.measurement import Exhibit, Plottable


def caption(what: Plottable) -> str:
    match what:
        case Exhibit(drawn="curves"):
            return of_curves(what)
        case Exhibit():
            return of_heatmap(what)
    return " ".join((what.caption, *waiting(what.missing), *what.notes, *changed(what.overrides)))


def of_curves(exhibit: Exhibit) -> str:
    """What the bars are, how many runs stand behind a point, and what is missing."""
    measurements = in_order(exhibit)
    sentences = [per_point(exhibit)]
    if any(measurement.scores and measurement.undefined for measurement in measurements):
        sentences.append("Hollow: a score is undefined.")
    if missing := absent(measurements):
        sentences.append(f"{missing}.")
    return " ".join((*sentences, *changed(exhibit.overrides)))


def per_point(exhibit: Exhibit) -> str:
    most = max((len(measurement.scores) for measurement in in_order(exhibit)), default=0)
    if not most:
        return "No scores yet."
    return f"{'Mean' if most == 1 else 'Mean ± one sample deviation'}, {number_of_runs(exhibit)} per point."


def of_heatmap(exhibit: Exhibit) -> str:
    """What the numbers, frames and colors of the cells mean, and what is missing."""
    compared = differences(exhibit)
    sentences = [*(reading(exhibit, compared) if compared.sizes else ["No scores yet."]), *gaps(exhibit, compared)]
    if missing := absent(in_order(exhibit)):
        sentences.append(f"{missing}.")
    return " ".join((*sentences, *changed(exhibit.overrides)))


def reading(exhibit: Exhibit, compared: Differences) -> list[str]:
    name = baseline_name(exhibit)
    marked = marks_deviation(exhibit)
    number = "Mean score" if exhibit.absolute else f"Mean score minus that of {name} on the task"
    return [
        f"{number}, in points (0 to 100), {number_of_runs(exhibit)} per cell.",
        f"Framed and bold: {framing(exhibit)}.",
        *([f"{WITHIN}: {framing(exhibit, DEVIATION)}."] if marked else []),
        f"At the right: how many cells of a row are framed{f' and marked {WITHIN}' if marked else ''}, "
        f"{counted_cells(exhibit)}.",
        f"Colours: the difference from {name}, up to ±{points(compared.bound, 0)} points, on a square-root scale.",
    ]


def gaps(exhibit: Exhibit, compared: Differences) -> Iterator[str]:
    """Why a cell is not judged, has no number, or has an undefined score; only a deviation needs several runs."""
    name, texts = baseline_name(exhibit), [cell.text for cell in compared.cells]
    if single := single_runs(compared.rivals):
        judged = f"marked {WITHIN}" if marks_deviation(exhibit) else "judged"
        yield f"Not {judged}, since {name} has one run there: {single}."
    if any(text.startswith(MISSING) for text in texts):
        yield f"Hatched: its score or that of {name} is missing."
    if any(text.endswith(UNDEFINED) for text in texts):
        yield f"{UNDEFINED} a score is undefined."
    if "" in texts:
        yield "Empty: not part of this exhibit."
