"""The page of one experiment and the page of all experiments, made from reports as data.

Templates escape everything that comes from data.
"""

import base64
from collections.abc import Mapping
from pathlib import Path
from posixpath import join, normpath
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lightning_tickets.report.document import Report
from lightning_tickets.report.formatting import anchor, count, missing_runs
from lightning_tickets.report.names import TASKS, task_name

PAPER = "“The Lottery Ticket Hypothesis for Pre-trained BERT Networks” (Chen et al., NeurIPS 2020)"


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
TEMPLATES.filters |= {"task_name": task_name, "anchor": anchor, "relative": relative}
TEMPLATES.globals["paper"] = PAPER


def experiment_page(report: Report, drawings: Mapping[str, bytes]) -> str:
    """One file without a network, a script or a font from elsewhere; ``drawings`` are SVG by the name of the exhibit.

    They are embedded as images: two drawings inlined as elements would share the ids of their parts.
    """
    embedded = {name: base64.b64encode(svg).decode("ascii") for name, svg in drawings.items()}
    runs = {run.name for section in report.sections for row in section.runs for run in row.runs}
    return TEMPLATES.get_template("experiment.html.j2").render(
        report=report,
        images={name: f"data:image/svg+xml;base64,{data}" for name, data in embedded.items()},
        runs=count(len(runs), "run", "runs"),
        missing=missing_runs(command for section in report.sections for command in section.table.missing),
    )


def overall_page(reports: Mapping[str, Report]) -> str:
    """By the name of an experiment's folder; its files are linked to from the folder above."""
    drawn = {folder: report for folder, report in reports.items() if report.sections}
    sections = [section for report in drawn.values() for section in report.sections]
    order = {task: place for place, task in enumerate(TASKS)}
    tasks = {task for section in sections for task in section.table.tasks}
    return TEMPLATES.get_template("overall.html.j2").render(
        reports=drawn,
        sections=count(len(sections), "table or figure", "tables and figures"),
        experiments=count(len(drawn), "experiment", "experiments"),
        scales=sorted({report.scale for report in drawn.values()}),
        tasks=sorted(tasks, key=lambda task: (order.get(task, len(order)), task)),
    )
