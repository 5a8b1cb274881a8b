"""Figure 11: the score of subnetworks against their sparsity, beside the full network's."""

from __future__ import annotations

from lightning_tickets.studies.finding import Exhibit
from lightning_tickets.studies.grid import DENOMINATOR, Grid, Lookup


class Figure11(Grid):
    """The full network belongs among the rows: it is the line to compare with."""

    def exhibit(self, lookup: Lookup) -> Exhibit:
        return Exhibit(
            name="figure11",
            title="Figure 11: score against sparsity",
            shows="How far a network can be pruned before its score leaves the full network's band.",
            drawn="curves",
            rows=tuple(self.rows),
            tasks=tuple(self.tasks),
            findings=self.findings(lookup),
            notes=(DENOMINATOR,),
        )
