"""The sections that stand on the experiments' own pages, as a page in the folder above shows them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from posixpath import join, normpath

from lightning_tickets.report.forms.markup import anchor

BEGINS = re.compile(r"^(?=<section )", re.MULTILINE)
ENDS = "\n</section>"
OPENING = re.compile(r'<section id="(?P<id>[^"]*)" data-scale="(?P<scale>[^"]*)" data-tasks="(?P<tasks>[^"]*)">\n')
HEADING = re.compile(r"<h(?P<level>[12])>(?P<text>.*)</h(?P=level)>")
ADDRESS = re.compile(r' (id|href|src)="([^"]*)"')  # no text looks like one: its quotes are escaped


@dataclass(frozen=True)
class Saved:
    """``lines`` are HTML whose ids and links begin with the ``experiment``, as an address spells it."""

    experiment: str
    report: str
    title: str
    id: str
    scale: str
    tasks: tuple[str, ...]
    lines: str


def saved(folder: Path) -> Iterator[Saved]:
    """Of one experiment; a page or a section that cannot be read is left out."""
    try:
        source = (folder / "index.html").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return
    top, *pieces = BEGINS.split(source)
    report = heading(top)
    for piece in pieces:
        inside, end, _ = piece.partition(ENDS)
        if end and (found := read(folder.name, report, inside + end)):
            yield found


def read(experiment: str, report: str, lines: str) -> Saved | None:
    opening = OPENING.match(lines)
    tasks = listed(html.unescape(opening["tasks"])) if opening else None
    if opening is None or tasks is None:
        return None
    place = anchor(experiment)
    moved = ADDRESS.sub(partial(move, place, opening["id"]), lines)
    scale = html.unescape(opening["scale"])
    return Saved(place, report, heading(lines), f"{place}/{opening['id']}", scale, tasks, moved)


def heading(lines: str) -> str:
    """The first, as HTML."""
    found = HEADING.search(lines)
    return found["text"] if found else ""


def listed(tasks: str) -> tuple[str, ...] | None:
    try:
        found = json.loads(tasks)
    except ValueError:
        return None
    return tuple(map(str, found)) if isinstance(found, list) else None


def move(place: str, name: str, found: re.Match[str]) -> str:
    """An address as it is from the folder above; a drawing on the page is there as a file."""
    kind, value = found.groups()
    if kind == "id":
        return f' id="{place}/{value}"'
    if value.startswith("#"):
        return f' href="#{place}/{value[1:]}"'
    if value.startswith("data:"):
        return f' src="{place}/{name}.svg" loading="lazy"'
    return f' {kind}="{normpath(join(place, value))}"'
