"""From exhibits to a folder of files: each exhibit in its forms, and the page that shows them all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from lightning_tickets.report.content.companions import SUFFIXES, companions
from lightning_tickets.report.content.judgements import NO_JUDGEMENTS, Judgements
from lightning_tickets.report.forms.tables import csv_text, latex, markdown
from lightning_tickets.report.forms.views import view
from lightning_tickets.report.pages.files import put
from lightning_tickets.report.pages.page import page
from lightning_tickets.report.pictures.figures import png, svg
from lightning_tickets.studies.measurement import Plottable, Reportable

TEXTS: Mapping[str, Callable[[Reportable], str]] = MappingProxyType({"csv": csv_text, "md": markdown, "tex": latex})
PICTURES: Mapping[str, Callable[[Plottable], bytes]] = MappingProxyType({"png": png, "svg": svg})
NO_LINKS: Mapping[str, str] = MappingProxyType({})


def write(shown: Reportable, folder: Path) -> list[Path]:
    """The files of one exhibit, sheet or matrix; raises ValueError for what cannot be shown, or a name like a path."""
    if not re.fullmatch(r"\w[\w.-]*", shown.name):
        raise ValueError(f"the name of an exhibit names its files, so it cannot be {shown.name!r}")
    return leave(shown, folder, view(shown).suffixes)


def leave(shown: Reportable, folder: Path, suffixes: Iterable[str]) -> list[Path]:
    return [put(folder / f"{shown.name}.{suffix}", form(shown, suffix)) for suffix in suffixes]


def form(shown: Reportable, suffix: str) -> bytes | str:
    picture = view(shown).picture
    return PICTURES[suffix](picture) if picture and suffix in PICTURES else TEXTS[suffix](shown)


def write_report(
    folder: Path,
    title: str,
    exhibits: Sequence[Reportable],
    links: Mapping[str, str] = NO_LINKS,
    notes: Sequence[str] = (),
    judgements: Judgements = NO_JUDGEMENTS,
    scale: str = "pocket",
) -> Path:
    """Returns the page, index.html, which is written last; the same input leaves the same bytes."""
    twice = [name for name, count in Counter(shown.name for shown in exhibits).items() if count > 1]
    if twice:
        raise ValueError(f"exhibits would overwrite each other: {', '.join(twice)}")
    for shown in exhibits:
        write(shown, folder)
        for _, sheet in companions(shown, judgements):
            leave(sheet, folder, SUFFIXES)
    return put(folder / "index.html", page(title, exhibits, links, notes, judgements, scale))
