"""One HTML file that shows all exhibits without a network, a script or a font from elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from lightning_tickets.report import judgements as judgement
from lightning_tickets.report.figures import caption, svg
from lightning_tickets.report.footnotes import absent, commands, footnotes
from lightning_tickets.report.layout import lay_out, shown
from lightning_tickets.report.markup import runs_table, scrolled, table, text
from lightning_tickets.studies.finding import Exhibit
from lightning_tickets.studies.judgement import Judged

PAPER = "“The Lottery Ticket Hypothesis for Pre-trained BERT Networks” (Chen et al., NeurIPS 2020)"
SUFFIXES = {
    "table": ("csv", "md", "tex"),
    "curves": ("png", "svg", "csv"),
    "heatmap": ("png", "svg", "csv", "md", "tex"),
}


Judgements = Mapping[str, Sequence[Judged]]
"""By the exhibit's name."""
NO_JUDGEMENTS: Judgements = MappingProxyType({})


def page(
    title: str,
    exhibits: Sequence[Exhibit],
    links: Mapping[str, str],
    notes: Sequence[str],
    judgements: Judgements = NO_JUDGEMENTS,
) -> str:
    """``links`` takes the name of a run to an address relative to the page."""
    parts = [*opening(title), "<header>", f"<h1>{text(title)}</h1>", f"<p>{text(intro(exhibits))}</p>"]
    parts += [*bullets(notes), "</header>"]
    if len(exhibits) > 1:
        parts += contents(exhibits)
    parts.append("<main>")
    for exhibit in exhibits:
        parts += section(exhibit, links, judgements.get(exhibit.name, ()))
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


def intro(exhibits: Sequence[Exhibit]) -> str:
    """Two sentences: what this is, and how complete it is."""
    findings = [finding for exhibit in exhibits for finding in shown(exhibit)]
    count = len({run for finding in findings for run in finding.runs})
    first = f"Tables and figures of {PAPER}, drawn anew from the scores of {count} run{'' if count == 1 else 's'}."
    if lacking := absent(findings):
        return f"{first} {lacking}: a dash or a gap marks them, and their commands stand below each table or figure."
    return f"{first} Below each stand its numbers as files and the runs behind every number."


def contents(exhibits: Sequence[Exhibit]) -> list[str]:
    items = (f'<li><a href="#{quote(exhibit.name)}">{text(exhibit.title)}</a></li>' for exhibit in exhibits)
    return ['<nav aria-label="Contents">', "<ul>", *items, "</ul>", "</nav>"]


def bullets(notes: Sequence[str]) -> list[str]:
    items = [f"<li>{text(note)}</li>" for note in notes]
    return ['<ul class="notes">', *items, "</ul>"] if items else []


def section(exhibit: Exhibit, links: Mapping[str, str], judgements: Sequence[Judged]) -> Iterator[str]:
    layout = lay_out(exhibit)
    yield f'<section id="{text(exhibit.name)}">'
    yield f"<h2>{text(exhibit.title)}</h2>"
    yield f"<p>{text(exhibit.shows)}</p>"
    numbers = scrolled(exhibit.title, table(layout))
    notes = bullets(footnotes(exhibit, layout))
    if exhibit.drawn == "table":
        yield from [numbers, *notes]
    else:
        yield from figure(exhibit)
        yield from folded("The scores as a table", [numbers, *notes])
    yield from files(exhibit)
    if judgements:
        told = f"<p>{text(judgement.explained(exhibit.baseline))}</p>"
        yield from folded("Better, worse, the same?", [told, scrolled("Judgement", judgement.table(judgements))])
    yield from folded("The runs behind each number", [scrolled("Runs", runs_table(exhibit, links))])
    if lines := commands(exhibit):
        yield from folded("The commands of the missing runs", [f"<pre>{text(chr(10).join(lines))}</pre>"])
    yield "</section>"


def figure(exhibit: Exhibit) -> Iterator[str]:
    """As an image: two drawings inlined as they are would share the names of their parts."""
    data = base64.b64encode(svg(exhibit)).decode("ascii")
    described = text(f"{exhibit.title}. {caption(exhibit)}")
    yield f'<figure><img alt="{described}" src="data:image/svg+xml;base64,{data}"></figure>'
    yield from bullets(exhibit.notes)


def folded(summary: str, inside: Sequence[str]) -> list[str]:
    return ["<details>", f"<summary>{text(summary)}</summary>", *inside, "</details>"]


def files(exhibit: Exhibit) -> Iterator[str]:
    yield '<ul class="files">'
    for suffix in SUFFIXES[exhibit.drawn]:
        yield f'<li><a href="{quote(f"{exhibit.name}.{suffix}")}">{suffix.upper()}</a></li>'
    yield "</ul>"
