"""One HTML file that shows all exhibits without a network, a script or a font from elsewhere."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from lightning_tickets.report.content.companions import SUFFIXES, companions
from lightning_tickets.report.content.footnotes import lacking
from lightning_tickets.report.content.judgements import NO_JUDGEMENTS, Judgements
from lightning_tickets.report.forms.markup import anchor, scrolled, text
from lightning_tickets.report.forms.views import view
from lightning_tickets.report.pages.provenance import runs_table
from lightning_tickets.report.pictures.figures import caption, svg
from lightning_tickets.studies.measurement import Plottable, Reportable

PAPER = "“The Lottery Ticket Hypothesis for Pre-trained BERT Networks” (Chen et al., NeurIPS 2020)"


def page(
    title: str,
    exhibits: Sequence[Reportable],
    links: Mapping[str, str],
    notes: Sequence[str],
    judgements: Judgements = NO_JUDGEMENTS,
    scale: str = "pocket",
) -> str:
    """``links`` takes the name of a run to the address of its folder, relative to the page."""
    parts = [*opening(title), "<header>", f"<h1>{text(title)}</h1>", f"<p>{text(intro(exhibits, scale))}</p>"]
    parts += [*bullets(notes), "</header>"]
    if len(exhibits) > 1:
        parts += contents(exhibits)
    parts.append("<main>")
    for shown in exhibits:
        parts += section(shown, links, judgements, scale)
    return "\n".join([*parts, "</main>", "</body>", "</html>"]) + "\n"


def opening(title: str) -> list[str]:
    return [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{text(title)}</title>",
        '<link rel="icon" href="data:,">',
        f"<style>\n{Path(__file__).with_name('page.css').read_text(encoding='utf-8')}</style>",
        "</head>",
        "<body>",
    ]


def intro(exhibits: Sequence[Reportable], scale: str) -> str:
    """What this is, at which scale, and how complete it is."""
    views = [view(shown) for shown in exhibits]
    count = len({run for seen in views for measurement in seen.measurements for run in measurement.runs})
    first = f"Tables and figures of {PAPER}, drawn anew from the scores of {count} run{'' if count == 1 else 's'}."
    last = f"Scale: {scale}."
    if absent := lacking(command for seen in views for command in seen.missing):
        return (
            f"{first} {absent}: a dash or a gap marks them, and their commands stand below each table or figure. {last}"
        )
    return f"{first} Below each stand its numbers as files and the runs behind every number. {last}"


def contents(exhibits: Sequence[Reportable]) -> list[str]:
    items = (f'<li><a href="#{anchor(shown.name)}">{text(shown.title)}</a></li>' for shown in exhibits)
    return ['<nav aria-label="Contents">', "<ul>", *items, "</ul>", "</nav>"]


def bullets(notes: Sequence[str]) -> list[str]:
    items = [f"<li>{text(note)}</li>" for note in notes]
    return ['<ul class="notes">', *items, "</ul>"] if items else []


def section(shown: Reportable, links: Mapping[str, str], judgements: Judgements, scale: str) -> Iterator[str]:
    """Its first line and its last are what the page of all experiments finds it by."""
    seen = view(shown)
    tasks = text(json.dumps(list(dict.fromkeys(shown.tasks))))
    yield f'<section id="{anchor(shown.name)}" data-scale="{text(scale)}" data-tasks="{tasks}">'
    yield f"<h2>{text(shown.title)}</h2>"
    yield f"<p>{text(shown.caption)}</p>"
    numbers = [scrolled(shown.title, seen.table()), *bullets(seen.notes)]
    if seen.picture:
        yield from figure(seen.picture)
        yield from bullets(shown.notes)
        yield from folded(f"The {'scores' if seen.measurements else 'numbers'} as a table", numbers)
    else:
        yield from numbers
    yield from files(shown.name, seen.suffixes)
    for summary, sheet in companions(shown, judgements):
        told = view(sheet)
        table = scrolled(sheet.title, told.table())
        said = [f"<p>{text(sheet.caption)}</p>", table, *bullets(told.notes), *files(sheet.name, SUFFIXES)]
        yield from folded(summary, said)
    if seen.measurements:
        yield from folded(
            "The runs behind each number", [scrolled("Runs", runs_table(shown.name, seen.measurements, links))]
        )
    if seen.commands:
        yield from folded("The commands of the missing runs", [f"<pre>{text(chr(10).join(seen.commands))}</pre>"])
    yield "</section>"


def figure(picture: Plottable) -> Iterator[str]:
    """As an image: two drawings inlined as they are would share the names of their parts."""
    drawing = svg(picture)
    data = base64.b64encode(drawing).decode("ascii")
    described = text(f"{picture.title}. {caption(picture)}")
    most = f"max-width: {widest(drawing)}px"
    yield f'<figure><img alt="{described}" style="{most}" src="data:image/svg+xml;base64,{data}"></figure>'


def widest(drawing: bytes) -> int:
    """In pixels, half as large again as drawn: a small figure on a wide page does not shout."""
    width = re.search(rb'<svg [^>]*width="([\d.]+)pt"', drawing)
    return min(1152, round(2 * float(width[1]))) if width else 1152


def folded(summary: str, inside: Sequence[str]) -> list[str]:
    return ["<details>", f"<summary>{text(summary)}</summary>", *inside, "</details>"]


def files(name: str, suffixes: Iterable[str]) -> Iterator[str]:
    yield '<ul class="files">'
    for suffix in suffixes:
        yield f'<li><a href="{quote(f"{name}.{suffix}")}">{suffix.upper()}</a></li>'
    yield "</ul>"
