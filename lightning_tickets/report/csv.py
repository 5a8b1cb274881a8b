"""A table as CSV."""

import csv
import io

from lightning_tickets.report.table import Table


def write(table: Table) -> str:
    """Its records, or else its header and rows without marks and notes; with overrides these are a further column."""
    text = io.StringIO()
    rows = (tuple(cell.text for cell in row.cells) for row in table.rows)
    first, *others = table.records or [*table.header, *rows]
    if table.overrides:
        first, others = (*first, "overrides"), [(*line, " ".join(table.overrides)) for line in others]
    csv.writer(text, lineterminator="\n").writerows([first, *others])
    return text.getvalue()
