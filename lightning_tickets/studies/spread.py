"""Table 5: not the mean only, but the median and the best of the runs behind it."""

from __future__ import annotations

from dataclasses import dataclass

from lightning_tickets.published.numbers import printed_number
from lightning_tickets.studies.finding import Finding, Sheet
from lightning_tickets.studies.grid import Grid
from lightning_tickets.studies.levels import Found, Lookup, unknown

STATISTICS = ("mean", "median", "best")


@dataclass(frozen=True)
class Spread(Grid):
    """A grid whose rows have a line for each statistic."""

    def exhibit(self, lookup: Lookup, found: Found = unknown) -> Sheet:
        filled = self._filled(lookup, found)
        lines = []
        for row in filled.rows:
            of_task = {task: filled.at(row, task) for task in filled.tasks}
            for statistic in STATISTICS:
                lines.append((row, statistic, *(_cells(of_task[task], statistic) for task in filled.tasks)))
                if self.printed is not None:
                    told = (self._in_print(self.printed, of_task[task], statistic) for task in filled.tasks)
                    lines.append((row, f"{statistic} in print", *told))
        head = ("row", "statistic", *filled.tasks)
        missing = tuple(command for finding in filled.findings for command in finding.missing)
        return Sheet(
            self.name, self.title, self.shows, head, tuple(lines), filled.tasks, (_COUNTED, *filled.notes), missing
        )

    def _in_print(self, name: str, findings: tuple[Finding, ...], statistic: str) -> str:
        """As printed, in brackets the sparsity that it is of."""
        told = {printed_number(name, f.row, f.task, f.metric, self.baseline, statistic): None for f in findings}
        found = [one for one in told if one]
        return ", ".join(f"{one.value}" + (f" ({one.percent} %)" if one.percent else "") for one in found) or "—"


_COUNTED = "Points (0 to 100), the mean with its sample deviation; in brackets the sparsity."


def _cells(findings: tuple[Finding, ...], statistic: str) -> str:
    """Of each sparsity that the row has on a task, the statistic of its runs; a dash where none has run."""
    return ", ".join(_cell(finding, statistic) for finding in findings) or "—"


def _cell(finding: Finding, statistic: str) -> str:
    summary = finding.summary
    at = f" ({round(100 * finding.sparsity)} %)" if finding.sparsity else ""
    if summary is None:
        return f"—{at}"
    value = f"{100 * getattr(summary, statistic):.1f}"
    return (f"{value} ± {100 * summary.std:.1f}" if statistic == "mean" and summary.std is not None else value) + at
