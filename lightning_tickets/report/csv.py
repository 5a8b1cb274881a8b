"""A table as CSV."""

import csv
import io

from lightning_tickets.report.table import Table


def write(table: Table) -> str:
    """Its records, or else its header and rows without marks and notes."""
    text = io.StringIO()
    rows = ([cell.text for cell in row.cells] for row in table.rows)
    csv.writer(text, lineterminator="\n").writerows(table.records or [*table.header, *rows])
    return text.getvalue()
