"""From exhibits to a folder of files: each exhibit in its forms, and the page that shows them all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from lightning_tickets.report.figures import png, svg
from lightning_tickets.report.files import put
from lightning_tickets.report.judgements import csv_text as judgement_csv
from lightning_tickets.report.judgements import markdown as judgement_markdown
from lightning_tickets.report.page import NO_JUDGEMENTS, SUFFIXES, Judgements, page
from lightning_tickets.report.tables import csv_text, latex, markdown
from lightning_tickets.studies.finding import Exhibit

FORMS: Mapping[str, Callable[[Exhibit], bytes | str]] = MappingProxyType(
    {"csv": csv_text, "md": markdown, "tex": latex, "png": png, "svg": svg}
)
NO_LINKS: Mapping[str, str] = MappingProxyType({})


def write(exhibit: Exhibit, folder: Path) -> list[Path]:
    """The files of one exhibit; raises ValueError for a way of drawing that there is not, or a name like a path."""
    if not re.fullmatch(r"\w[\w.-]*", exhibit.name):
        raise ValueError(f"the name of an exhibit names its files, so it cannot be {exhibit.name!r}")
    if exhibit.drawn not in SUFFIXES:
        raise ValueError(f"exhibit {exhibit.name}: drawn is one of {', '.join(SUFFIXES)}, not {exhibit.drawn!r}")
    return [put(folder / f"{exhibit.name}.{suffix}", FORMS[suffix](exhibit)) for suffix in SUFFIXES[exhibit.drawn]]


def write_report(
    folder: Path,
    title: str,
    exhibits: Sequence[Exhibit],
    links: Mapping[str, str] = NO_LINKS,
    notes: Sequence[str] = (),
    judgements: Judgements = NO_JUDGEMENTS,
) -> Path:
    """Returns the page, index.html, which is written last; the same input leaves the same bytes."""
    twice = [name for name, count in Counter(exhibit.name for exhibit in exhibits).items() if count > 1]
    if twice:
        raise ValueError(f"exhibits would overwrite each other: {', '.join(twice)}")
    for exhibit in exhibits:
        write(exhibit, folder)
        if found := judgements.get(exhibit.name):
            put(folder / f"{exhibit.name}.judged.csv", judgement_csv(found))
            put(folder / f"{exhibit.name}.judged.md", judgement_markdown(exhibit.baseline, found))
    return put(folder / "index.html", page(title, exhibits, links, notes, judgements))
