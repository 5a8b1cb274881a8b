"""A saved workspace and a report of a study on Weights & Biases: the same sections for every sweep."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import wandb
import wandb_workspaces.reports.v2 as wr
import wandb_workspaces.workspaces as ws

from lightning_tickets.composition.sweep import Sweep
from lightning_tickets.dashboards.exhibits import SPARSITY, cells_key, mean_key, picture_key
from lightning_tickets.report.sections import picture
from lightning_tickets.studies.measurement import Exhibit, Reportable
from lightning_tickets.training.loggers import ROUND, STEP

TRAINING = ("train/loss", "train/rate", "train/gradient_norm", "train/examples_per_second")
SEED_BAND = {"groupby_aggfunc": "mean", "groupby_rangefunc": "stddev"}


@dataclass(frozen=True)
class Dashboard:
    """Where it lies, and what there is to show: ``curves`` are the keys of means by task, over several sparsities."""

    project: str
    entity: str
    study: str
    title: str
    curves: Mapping[str, Sequence[str]]
    tables: Sequence[str]
    pictures: Sequence[str]

    @staticmethod
    def of(sweep: Sweep, project: str, entity: str) -> Dashboard:
        filled = sweep.fill_exhibits()
        exhibits = [one for one in filled if isinstance(one, Exhibit)]
        return Dashboard(
            project,
            entity,
            sweep.name,
            sweep.title,
            _curves(exhibits),
            [cells_key(one.name) for one in exhibits],
            [picture_key(one.name) for one in filled if picture(one) is not None],
        )

    @property
    def tag(self) -> str:
        """Of all runs that the study uses."""
        return f"study:{self.study}"

    def sections(self) -> Iterator[tuple[str, str, list[Any]]]:
        """Name, one sentence and panels of each."""
        yield "Score against sparsity", "Means over the seeds by row, then every run.", self._scores()
        yield "Transfer", "Where a ticket was found, where it was trained, and what it scores.", self._transfer()
        cells = [wr.WeavePanelSummaryTable(table_name=name) for name in self.tables]
        yield "Judged cells", "Mean, deviation, number of seeds and verdict of each cell.", cells
        yield "Searches", "Sparsity and score of each round of a search.", self._searches()
        lines = [wr.LinePlot(title=name, x=STEP, y=[name], groupby=wr.Config("row"), **SEED_BAND) for name in TRAINING]
        yield "Training", "Every run that was logged while it trained.", lines
        yield "Cost", "Seconds of training.", self._cost()

    def _scores(self) -> list[Any]:
        means = [wr.LinePlot(title=task, x=SPARSITY, y=list(keys)) for task, keys in self.curves.items()]
        return [*means, wr.ScatterPlot(title="every run", x=wr.Config(SPARSITY), y=wr.SummaryMetric("score"))]

    def _transfer(self) -> list[Any]:
        keys = [*map(wr.Config, ("source", "task", SPARSITY, "seed")), wr.SummaryMetric("score")]
        columns = [wr.ParallelCoordinatesPlotColumn(metric=key) for key in keys]
        pictures = [wr.MediaBrowser(title="figures", media_keys=list(self.pictures))] if self.pictures else []
        return [wr.ParallelCoordinatesPlot(title="source → task → score", columns=columns), *pictures]

    def _searches(self) -> list[Any]:
        by_task = {"groupby": wr.Config("task"), **SEED_BAND}
        return [wr.LinePlot(title=f"{y} by round", x=ROUND, y=[y], **by_task) for y in ("score", SPARSITY)]

    def _cost(self) -> list[Any]:
        seconds = wr.SummaryMetric("seconds")
        bars = [
            wr.BarPlot(title=f"by {key}", metrics=[seconds], groupby=wr.Config(key), groupby_aggfunc="sum")
            for key in ("task", "row", "seed")
        ]
        return [*bars, wr.ScatterPlot(title="score against seconds", x=seconds, y=wr.SummaryMetric("score"))]

    def arrange(self, workspace: ws.Workspace) -> ws.Workspace:
        """The workspace with these sections, of these runs, grouped into cells."""
        workspace.sections = [ws.Section(name=n, panels=panels, is_open=True) for n, _, panels in self.sections()]
        workspace.runset_settings = ws.RunsetSettings(
            filters=[ws.Tags().isin([self.tag])], groupby=[ws.Metric("Group")]
        )
        return workspace

    def workspace(self) -> ws.Workspace:
        return self.arrange(ws.Workspace(entity=self.entity, project=self.project, name=self.study))

    def report(self) -> wr.Report:
        blocks = [block for section in self.sections() for block in self._blocks(*section)]
        text = wr.P(f"All runs that are tagged {self.tag}.")
        return wr.Report(
            self.project, self.entity, title=self.title[:128], blocks=[text, wr.TableOfContents(), *blocks]
        )

    def _blocks(self, name: str, sentence: str, panels: Sequence[Any]) -> list[Any]:
        runs = wr.Runset(name=self.study, filters=[ws.Tags().isin([self.tag])], groupby=["group"])
        return [wr.H2(name), wr.P(sentence), wr.PanelGrid(runsets=[runs], panels=_in_rows(panels))]


def specs(dashboard: Dashboard) -> dict[str, Any]:
    """Both as W&B stores them."""
    models = {"workspace": dashboard.workspace()._to_model(), "report": dashboard.report()._to_model()}
    return {
        name: json.loads(model.spec.model_dump_json(by_alias=True, exclude_none=True)) for name, model in models.items()
    }


def save(dashboard: Dashboard, addresses: Mapping[str, str]) -> dict[str, str]:
    """The addresses of both; those at ``addresses`` are changed in place instead of adding others.

    The report comes first: it makes the project if there is none.
    """
    report, workspace = dashboard.report(), dashboard.workspace()
    if addresses:
        report.id = addresses["report"].rpartition("--")[2]
        workspace = dashboard.arrange(ws.Workspace.from_url(addresses["workspace"]))
    report.save()
    workspace.save()
    return {"workspace": workspace.url, "report": report.url}


def default_entity() -> str:
    """The user's own, as the server knows it."""
    return str(wandb.Api().default_entity)


def _curves(exhibits: Sequence[Reportable]) -> Mapping[str, Sequence[str]]:
    points: dict[tuple[str, str], set[float]] = defaultdict(set)
    for exhibit in exhibits:
        for one in exhibit.measurements if isinstance(exhibit, Exhibit) else ():
            points[one.task, mean_key(exhibit.name, one.task, one.row)].add(one.sparsity)
    curves: dict[str, list[str]] = defaultdict(list)
    for (task, key), sparsities in points.items():
        if len(sparsities) > 1:
            curves[task].append(key)
    return curves


def _in_rows(panels: Sequence[Any]) -> list[Any]:
    """Three in a row of a report's 24 columns."""
    for number, panel in enumerate(panels):
        panel.layout = wr.Layout(x=8 * (number % 3), y=8 * (number // 3), w=8, h=8)
    return list(panels)
