"""One page with the tables and figures of all experiments, filtered by task and by scale."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from urllib.parse import unquote

from lightning_tickets.report.content.names import TASKS, task_name
from lightning_tickets.report.forms.markup import text
from lightning_tickets.report.pages.files import put
from lightning_tickets.report.pages.page import PAPER, opening
from lightning_tickets.report.pages.saved import Saved, saved

TITLE = "All experiments"


def write_overall(reports: Path) -> Path:
    """Made anew from the page that each experiment has in its folder; returns its own, index.html."""
    folders = sorted(reports.iterdir(), key=lambda folder: natural(folder.name))
    return put(reports / "index.html", overall([section for folder in folders for section in saved(folder)]))


def natural(name: str) -> list[tuple[str, int]]:
    """Table 10 after table 9."""
    return [(word, int(number or 0)) for word, number in re.findall(r"(\D*)(\d*)", name)]


def overall(sections: Sequence[Saved]) -> str:
    parts = [*opening(TITLE), "<header>", f"<h1>{TITLE}</h1>", f"<p>{text(intro(sections))}</p>", "</header>"]
    parts += [*filters(sections), *contents(sections), "<main>"]
    parts += [placed(section) for section in sections]
    script = Path(__file__).with_name("filter.js").read_text(encoding="utf-8")
    return "\n".join([*parts, "</main>", f"<script>\n{script}</script>", "</body>", "</html>"]) + "\n"


def intro(sections: Sequence[Saved]) -> str:
    experiments, scales = {section.experiment for section in sections}, sorted({section.scale for section in sections})
    at = f", at the scales {', '.join(scales)}" if len(scales) > 1 else f", at the scale {scales[0]}" if scales else ""
    return (
        f"What was drawn so far of {PAPER}: {count(len(sections), 'table or figure', 'tables and figures')} "
        f"of {count(len(experiments), 'experiment', 'experiments')}{at}. Scores of different scales are no match for "
        "each other: each table and figure says which scale it is of."
    )


def count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def filters(sections: Sequence[Saved]) -> Iterator[str]:
    """Hidden until the script is there that they need."""
    order = {task: place for place, task in enumerate(TASKS)}
    tasks = {task for section in sections for task in section.tasks}
    yield '<form id="filters" hidden>'
    ordered = sorted(tasks, key=lambda task: (order.get(task, len(order)), task))
    yield from boxes("Task", "task", {task: task_name(task) for task in ordered})
    yield from boxes("Scale", "scale", {scale: scale for scale in sorted({section.scale for section in sections})})
    yield '<p><button type="reset">Show everything</button> <output id="count"></output></p>\n</form>'


def boxes(legend: str, name: str, labels: dict[str, str]) -> Iterator[str]:
    yield f"<fieldset>\n<legend>{legend}</legend>"
    for value, label in labels.items():
        yield f'<label><input type="checkbox" name="{name}" value="{text(value)}"> {text(label)}</label>'
    yield "</fieldset>"


def contents(sections: Iterable[Saved]) -> Iterator[str]:
    """A line for each experiment."""
    yield '<nav aria-label="Contents">\n<ul class="experiments">'
    for (_, report), own in groupby(sections, key=lambda section: (section.experiment, section.report)):
        links = (f'<a id="to/{one.id}" href="#{one.id}">{one.title}</a>' for one in own)
        yield f"<li><strong>{report}</strong> {' '.join(links)}</li>"
    yield "</ul>\n</nav>"


def placed(section: Saved) -> str:
    """With a line below the heading that says where it is from."""
    heading = f"<h2>{section.title}</h2>\n"
    link = f'<a href="{section.experiment}/index.html">{text(unquote(section.experiment))}</a>'
    scale = f'<span class="scale">scale: {text(section.scale)}</span>'
    origin = f'<p class="origin">Experiment {link}: {section.report} {scale}</p>\n'
    return section.lines.replace(heading, heading + origin, 1)
