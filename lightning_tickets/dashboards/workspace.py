"""A saved workspace and a report of a study on Weights & Biases: the same sections for every sweep."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import wandb
import wandb_workspaces.reports.v2.interface as wr
import wandb_workspaces.workspaces as ws

from lightning_tickets.composition.sweep import Sweep
from lightning_tickets.dashboards.exhibits import cells_key, curves_of, picture_key
from lightning_tickets.report.sections import picture
from lightning_tickets.studies.measurement import Exhibit
from lightning_tickets.tickets.logged import study_tag
from lightning_tickets.training.axes import ROUND, STEP

TRAINING = ("train/loss", "train/rate", "train/gradient_norm", "train/examples_per_second")
SPARSITY = "sparsity"
SEED_BAND: dict[str, Any] = {"groupby_aggfunc": "mean", "groupby_rangefunc": "stddev"}


@dataclass(frozen=True)
class Dashboard:
    """Where it lies, and what there is to show: all by the keys of the study's own run."""

    project: str
    entity: str
    study: str
    title: str
    curves: Sequence[str]
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
            [key for one in exhibits for key in curves_of(one)],
            [cells_key(one.name) for one in exhibits],
            [picture_key(one.name) for one in filled if picture(one) is not None],
        )

    @property
    def tag(self) -> str:
        """Of all runs that the study uses."""
        return study_tag(self.study)

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
        return [
            *map(_line_series, self.curves),
            wr.ScatterPlot(title="every run", x=wr.Config(SPARSITY), y=wr.SummaryMetric("score")),
        ]

    def _transfer(self) -> list[Any]:
        keys: list[Any] = [*map(wr.Config, ("source", "task", SPARSITY, "seed")), wr.SummaryMetric("score")]
        columns = [wr.ParallelCoordinatesPlotColumn(metric=key) for key in keys]
        pictures = [wr.MediaBrowser(title="figures", media_keys=list(self.pictures))] if self.pictures else []
        return [wr.ParallelCoordinatesPlot(title="source → task → score", columns=columns), *pictures]

    def _searches(self) -> list[Any]:
        by_task: dict[str, Any] = {"groupby": wr.Config("task"), **SEED_BAND}
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
    both: dict[str, Any] = {"workspace": dashboard.workspace(), "report": dashboard.report()}
    texts = {name: one._to_model().spec.model_dump_json(by_alias=True, exclude_none=True) for name, one in both.items()}
    return {name: json.loads(text) for name, text in texts.items()}


def save(dashboard: Dashboard, addresses: Mapping[str, str]) -> dict[str, str]:
    """The addresses of both; those at ``addresses`` are changed in place instead of adding others.

    The report comes first: it makes the project if there is none.
    """
    report: Any = dashboard.report()
    workspace: Any = dashboard.workspace()
    if addresses:
        report.id = addresses["report"].rpartition("--")[2]
        workspace = dashboard.arrange(ws.Workspace.from_url(addresses["workspace"]))
    report.save()
    workspace.save()
    return {"workspace": workspace.url, "report": report.url}


def default_entity() -> str:
    """The user's own, as the server knows it."""
    return str(wandb.Api().default_entity)


def _line_series(key: str) -> wr.CustomChart:
    """The panel of what ``wandb.plot.line_series`` has logged under the key."""
    return wr.CustomChart(
        query={"summaryTable": {"tableKey": f"{key}_table"}},
        chart_name="wandb/lineseries/v0",
        chart_fields={"step": "step", "lineKey": "lineKey", "lineVal": "lineVal"},
        chart_strings={"title": key, "xname": SPARSITY},
    )


def _in_rows(panels: Sequence[Any]) -> list[Any]:
    """Three in a row of a report's 24 columns."""
    for number, panel in enumerate(panels):
        panel.layout = wr.Layout(x=8 * (number % 3), y=8 * (number // 3), w=8, h=8)
    return list(panels)
