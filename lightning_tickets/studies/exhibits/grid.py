"""The shape of most tables and figures: rows × tasks × sparsities × seeds, drawn as a table, curves or a heat map."""

from collections.abc import Sequence
from dataclasses import dataclass

from lightning_tickets.checks import word
from lightning_tickets.studies.exhibits.measured_grid import MeasuredGrid
from lightning_tickets.studies.frame_rules import DEVIATION, FRAME_RULES
from lightning_tickets.studies.measurement import Exhibit
from lightning_tickets.studies.sparsities import CellLookup, SparsityLookup, no_sparsity_known

DRAWN = ("table", "curves", "heatmap")


@dataclass(frozen=True, kw_only=True)
class Grid(MeasuredGrid):
    """One table, set of curves or heat map, as its YAML describes it; its further fields are those of ``Exhibit``."""

    drawn: str
    rule: str = DEVIATION
    counts_own_task: bool = False
    absolute: bool = False
    over_tasks: Sequence[str] = ()

    def fill(self, lookup: CellLookup, winning: SparsityLookup = no_sparsity_known) -> Exhibit:
        look = {"rule": self.rule, "counts_own_task": self.counts_own_task, "absolute": self.absolute}
        return self._exhibit(lookup, winning, self.drawn, **look, over_tasks=tuple(self.over_tasks))

    def _check(self) -> None:
        super()._check()
        word(*DRAWN)(self.key("drawn"), self.drawn)
        word(*FRAME_RULES)(self.key("rule"), self.rule)
        self._check_lists("over_tasks", least=0)
        shown = word(*(row.name for row in self._rows()))
        for name in self.over_tasks:
            shown(self.key("over_tasks"), name)
        if self.drawn == "heatmap" or self.over_tasks:
            shown(self.key("baseline"), self.baseline)
