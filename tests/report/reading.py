"""Reading pages and tables in tests: as a parser does, and as a browser shows them."""

import html
import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import axe_core_python
import pytest
from matplotlib.figure import Figure

from lightning_tickets.report.build_table import build_table
from lightning_tickets.report.document import About, Report
from lightning_tickets.report.figures.draw import figure, settings, svg
from lightning_tickets.report.pages import TEMPLATES, experiment_page
from lightning_tickets.report.sections import picture, section
from lightning_tickets.report.side_tables import NO_COMPARISONS, Comparisons
from lightning_tickets.report.table import Table
from lightning_tickets.report.write import WRITERS
from lightning_tickets.studies.comparison import compare_with_baseline
from lightning_tickets.studies.measurement import Exhibit, Plottable, Reportable
from lightning_tickets.studies.statistics.bootstrap import ExampleBootstrap

VOID = {"meta", "link", "img", "br", "hr", "input"}
AXE = Path(axe_core_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium to render the page with")


def written(suffix: str, exhibit: Reportable) -> str:
    return WRITERS[suffix](build_table(exhibit))


csv_text, markdown, latex = (partial(written, suffix) for suffix in ("csv", "md", "tex"))


def draw(what: Plottable) -> Figure:
    with settings():
        return figure(what)


def with_comparisons(table: Exhibit) -> tuple[Exhibit, Comparisons]:
    """Its runs by seed, and how each cell compares with the baseline."""
    seeded = replace(table, measurements=tuple(replace(f, seeds=(*range(len(f.scores)),)) for f in table.measurements))
    return seeded, {table.name: compare_with_baseline(seeded, ExampleBootstrap(lambda run: None))}


class Reader(HTMLParser):
    """Checks that elements nest, and keeps the text and the attributes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] not in (["style"], ["script"]):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    @property
    def tags(self) -> set[str]:
        return {tag for tag, _ in self.seen}

    def all(self, attribute: str) -> list[str]:
        return [value for _, attrs in self.seen if (value := attrs.get(attribute))]

    @property
    def files(self) -> set[str]:
        """What links lead to outside of the page."""
        return {href for href in self.all("href") if not href.startswith(("data:", "#"))}


def read(page: Path) -> Reader:
    return Reader(page.read_text(encoding="utf-8"))


def html_table(table: Table) -> Reader:
    return Reader(str(TEMPLATES.get_template("table.html.j2").module.table(table, "")))  # type: ignore[attr-defined]


def page_source(
    *exhibits: Reportable,
    title: str = "Report",
    links: Mapping[str, str] = {},
    notes: Sequence[str] = (),
    of_paper: bool = False,
) -> str:
    """The page of an experiment, without its files."""
    drawings = {exhibit.name: svg(what) for exhibit in exhibits if (what := picture(exhibit))}
    sections = (section(exhibit, drawings.get(exhibit.name), links, NO_COMPARISONS) for exhibit in exhibits)
    about = About(of_paper=of_paper)
    return experiment_page(Report(2, title, "pocket", tuple(notes), tuple(sections), about), drawings)


def page(*exhibits: Reportable, **details: Any) -> Reader:
    return Reader(page_source(*exhibits, **details))


def chromium(profile: Path, *arguments: str) -> str:
    quiet = ["no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"]
    flags = [f"--{flag}" for flag in ("headless", "no-sandbox", "disable-gpu", "hide-scrollbars", *quiet)]
    command: Sequence[str] = [str(CHROMIUM), *flags, f"--user-data-dir={profile}", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def asked(page: Path, profile: Path, acts: str, *flags: str) -> Any:
    """What the page answers to a script: ``acts`` happen first; JSON of its last expression, or of what it promises."""
    *first, last = acts.strip().split("\n")
    answer = f"document.body.dataset.answer = JSON.stringify(await ({last}))"
    script = f"<script>{chr(10).join(first)}\nsetTimeout(async () => {{ {answer} }}, 200)</script></body>"
    copy = page.with_name("asked.html")
    copy.write_text(page.read_text(encoding="utf-8").replace("</body>", script), encoding="utf-8")
    answered = re.search(
        r'data-answer="([^"]*)"', chromium(profile, "--virtual-time-budget=3000", *flags, "--dump-dom", copy.as_uri())
    )
    assert answered
    return json.loads(html.unescape(answered[1]))


def findings(page: Path, profile: Path, *flags: str) -> list[str]:
    """The serious findings of axe-core on a page with everything unfolded, with the first place of each."""
    acts = f"""
    document.querySelectorAll('details').forEach((one) => {{ one.open = true; }});
    {AXE}
    const serious = (done) => done.violations.filter((one) => /serious|critical/.test(one.impact));
    axe.run().then((done) => serious(done).map((one) => `${{one.id}}: ${{one.nodes[0].html}}`))
    """
    return list(asked(page, profile, acts, *flags))
