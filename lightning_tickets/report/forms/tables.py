"""What is shown as text: CSV, Markdown, LaTeX."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from lightning_tickets.report.content.footnotes import LISTED
from lightning_tickets.report.forms.latex import fragment
from lightning_tickets.report.forms.pipes import plain
from lightning_tickets.report.forms.views import view
from lightning_tickets.studies.measurement import Reportable


def csv_text(shown: Reportable) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(view(shown).records())
    return text.getvalue()


def markdown(shown: Reportable) -> str:
    """A section: heading, what it shows, the table, notes, and the commands of the missing runs."""
    return "\n\n".join(part for part in parts(shown) if part) + "\n"


def parts(shown: Reportable) -> Iterator[str]:
    seen = view(shown)
    yield f"## {plain(shown.title)}"
    yield plain(shown.caption)
    yield "\n".join(seen.pipes())
    yield "\n".join(f"- {plain(note)}" for note in seen.notes)
    if seen.commands:
        yield LISTED
        yield "\n".join(["```sh", *seen.commands, "```"])


def latex(shown: Reportable) -> str:
    """A tabular for booktabs with its notes, to be input inside a table; the commands are comments."""
    seen = view(shown)
    return fragment(seen.tabular(), seen.notes, seen.commands)
