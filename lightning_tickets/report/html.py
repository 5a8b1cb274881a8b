"""A table as HTML, and the templates that all pages are made of. Templates escape everything that comes from data."""

from __future__ import annotations

from pathlib import Path
from posixpath import join, normpath
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lightning_tickets.report.table import Table


def write(table: Table) -> str:
    """A table element; the links of its cells lead to ids on the same page."""
    return str(TEMPLATES.get_template("table.html.j2").module.table(table, ""))  # type: ignore[attr-defined]


def relative(address: str, folder: str) -> str:
    """An address in ``folder`` as it is from the folder above; empty for one that leads outside, by scheme or host."""
    parts = urlsplit(address)
    if not address or parts.scheme or parts.netloc:
        return ""
    return normpath(join(folder, address)) if folder else address


TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
TEMPLATES.filters["relative"] = relative
