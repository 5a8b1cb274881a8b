"""Table 2: the full network, its tickets and the controls, at one sparsity a task."""

from __future__ import annotations

from lightning_tickets.studies.finding import Exhibit
from lightning_tickets.studies.grid import DENOMINATOR, Grid, Lookup


class Table2(Grid):
    """Each task at the sparsity that the paper prints, or at percentages for every task."""

    def exhibit(self, lookup: Lookup) -> Exhibit:
        return Exhibit(
            name="table2",
            title="Table 2: subnetworks of the pre-trained network, trained on each task",
            shows="A ticket (imp) that reaches the full network's score where the three controls do not.",
            drawn="table",
            rows=tuple(self.rows),
            tasks=tuple(self.tasks),
            findings=self.findings(lookup),
            notes=(DENOMINATOR,),
        )
