"""Essential sparsity (Jaiswal et al. 2023): up to where each row stays within a deviation of the full network."""

from dataclasses import dataclass
from itertools import takewhile

from lightning_tickets.points import MISSING
from lightning_tickets.studies.comparison import baseline_of
from lightning_tickets.studies.exhibits.measured_grid import MeasuredGrid
from lightning_tickets.studies.measurement import Exhibit, Measurement, TextTable
from lightning_tickets.studies.sparsities import WINS, CellLookup, SparsityLookup, no_sparsity_known
from lightning_tickets.studies.statistics.summary import Matching

RULE = (
    "In percent of the prunable weights: the highest sparsity at which, as at each lower one that was run, the mean is "
    f"{WINS['winning']}. 0: at none."
)


@dataclass(frozen=True)
class SparsityLimits(MeasuredGrid):
    """A grid that shows one sparsity per row and task instead of scores."""

    def fill(self, lookup: CellLookup, winning: SparsityLookup = no_sparsity_known) -> TextTable:
        exhibit = self._exhibit(lookup, winning)
        rows = [row for row in exhibit.rows if row != self.baseline]
        return TextTable(
            *self._heading,
            head=("row", *exhibit.tasks),
            lines=tuple((row, *(limit(exhibit, row, task) for task in exhibit.tasks)) for row in rows),
            tasks=exhibit.tasks,
            notes=(RULE, *exhibit.notes),
            missing=exhibit.missing,
        )


def limit(exhibit: Exhibit, row: str, task: str) -> str:
    """The sparsity in percent; a dash while it depends on runs that are missing."""
    compared = [(one, _matching(exhibit, one)) for one in exhibit.at(row, task)]
    held = [*takewhile(lambda pair: pair[1] is not None and pair[1].within_full, compared)]
    after = compared[len(held) : len(held) + 1]
    if any(found is None or found.within_full is None for _, found in after):
        return MISSING
    return f"{100 * held[-1][0].sparsity:.0f}" if held else "0"


def _matching(exhibit: Exhibit, one: Measurement) -> Matching | None:
    baseline = baseline_of(exhibit, one)
    return one.matching(baseline) if baseline and not (one.missing or baseline.missing) else None
