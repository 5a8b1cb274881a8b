"""The page of one experiment and the page of all experiments, made from reports as data.

Templates escape everything that comes from data.
"""

import base64
from collections.abc import Mapping
from pathlib import Path
from posixpath import join, normpath
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lightning_tickets.report.document import Report, Section
from lightning_tickets.report.formatting import anchor, count, missing_runs
from lightning_tickets.report.names import ACROSS, TASKS, task_name

PAPER = "“The Lottery Ticket Hypothesis for Pre-trained BERT Networks” (Chen et al., NeurIPS 2020)"
CLAIMS = "claims"  # the table of the paper's claims, which a page opens with


def relative(address: str, folder: str) -> str:
    """An address in ``folder`` as it is from the folder above; empty for one that leads outside, by scheme or host."""
    parts = urlsplit(address)
    if not address or parts.scheme or parts.netloc:
        return ""
    return normpath(join(folder, address)) if folder else address


def mix(paper: str, color: str, share: float) -> str:
    """A color over the page's own, both as ``#rrggbb``: the shades of heat maps in light and in dark."""
    pairs = zip(bytes.fromhex(paper[1:]), bytes.fromhex(color[1:]), strict=True)
    return "#" + bytes(round(under + share * (over - under)) for under, over in pairs).hex()


TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
TEMPLATES.filters |= {"task_name": task_name, "anchor": anchor, "relative": relative}
TEMPLATES.globals |= {"paper": PAPER, "CLAIMS": CLAIMS, "ACROSS": ACROSS, "mix": mix}


def experiment_page(report: Report, drawings: Mapping[str, bytes], home: str = "../index.html") -> str:
    """One file without a network, a library or a font from elsewhere.

    ``drawings`` are SVG by the name of the exhibit, of the figures that the page does not draw itself. ``home`` is the
    address of the page of all experiments, empty for no link to it.
    """
    images = {
        name: f"data:image/svg+xml;base64,{base64.b64encode(svg).decode('ascii')}" for name, svg in drawings.items()
    }
    return TEMPLATES.get_template("experiment.html.j2").render(
        report=report,
        home=home,
        claims=next((one for one in report.sections if one.table.name == CLAIMS), None),
        questions=by_question(report),
        picture=opening_picture(report),
        images=images,
        runs=count(len({run.name for run in report.links}), "run", "runs"),
        missing=missing_runs(command for section in report.sections for command in section.table.missing),
    )


def by_question(report: Report) -> dict[str, list[Section]]:
    """The sections by what they help to answer, in the order of the first of each; those without a question last."""
    sections = [one for one in report.sections if one.table.name != CLAIMS]
    questions = sorted(dict.fromkeys(one.question for one in sections), key=lambda question: not question)
    return {question: [one for one in sections if one.question == question] for question in questions}


def opening_picture(report: Report) -> Section | None:
    """The first curves, or else the first figure."""
    figures = [one for one in report.sections if one.figure]
    return next((one for one in figures if one.figure and one.figure.panels), figures[0] if figures else None)


def overall_page(reports: Mapping[str, Report]) -> str:
    """By the name of an experiment's folder; its files are linked to from the folder above. Claims come first."""
    drawn = {folder: report for folder, report in reports.items() if report.sections}
    sections = [section for report in drawn.values() for section in report.sections]
    order = {task: place for place, task in enumerate(TASKS)}
    tasks = {task for section in sections for task in section.table.tasks}
    placed = [(folder, report, section) for folder, report in drawn.items() for section in report.sections]
    return TEMPLATES.get_template("overall.html.j2").render(
        reports=drawn,
        placed=sorted(placed, key=lambda place: place[2].table.name != CLAIMS),
        sections=count(len(sections), "table or figure", "tables and figures"),
        experiments=count(len(drawn), "experiment", "experiments"),
        scales=sorted({report.scale for report in drawn.values()}),
        tasks=sorted(tasks, key=lambda task: (order.get(task, len(order)), task)),
    )
