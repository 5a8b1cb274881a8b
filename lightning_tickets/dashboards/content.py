"""What a store has of a sweep as runs of a dashboard: plain values, whatever service they go to. No torch here."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from lightning_tickets.composition.sweep import Sweep
from lightning_tickets.studies.plan import RequestedRun
from lightning_tickets.tickets.logged import result_row, run_config, search_config, tags, trained_percent
from lightning_tickets.tickets.result import Result
from lightning_tickets.tickets.spec import TicketMask

Row = Mapping[str, Any]
Curves = Mapping[str, tuple[tuple[float, float], ...]]


@dataclass(frozen=True)
class TicketFile:
    """The file of a mask, and the name that it goes by on every dashboard."""

    name: str
    path: Path
    percent: int


@dataclass(frozen=True)
class DashboardTable:
    """Rows as wide as ``columns``."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class DashboardRun:
    """A search, a scored training or the exhibits of a study; ``id`` is the hash in its name.

    ``rounds`` are in order. It has found the tickets in ``found``; ``used`` is the one that it has scored. ``curves``
    have points (sparsity in percent, mean) by row; ``pictures`` are PNG.
    """

    id: str
    name: str
    group: str
    kind: str
    config: Row
    tags: tuple[str, ...]
    summary: Row
    rounds: tuple[Row, ...] = ()
    found: tuple[TicketFile, ...] = ()
    used: TicketFile | None = None
    tables: Mapping[str, DashboardTable] = field(default_factory=dict)
    curves: Mapping[str, Curves] = field(default_factory=dict)
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def dashboard_runs(sweep: Sweep) -> Iterator[DashboardRun]:
    """Everything of a sweep that is in the store: searches first, then the trainings that score their tickets."""
    studies = _studies(sweep)
    requests = {request.run.name: request for request in sweep.requested}
    searches = {r.run.ticket.search.name: r for r in requests.values() if r.run.ticket is not None}
    for name, request in searches.items():
        if search := _search(sweep, request, studies[name]):
            yield search
    for name, request in requests.items():
        if (result := sweep.reader.result(request.run)) is not None:
            yield _scored(sweep, request, result, studies[name])


def _studies(sweep: Sweep) -> Mapping[str, Sequence[str]]:
    """The exhibits that use a run or a search, and the sweep, by the run's name."""
    users: dict[str, list[str]] = defaultdict(lambda: [sweep.name])
    for exhibit in sweep.exhibits:
        for cell in (*exhibit.curve_cells(), *exhibit.cells(sweep.winning_sparsity)):
            run = sweep.composer.request(cell).run
            for name in (run.name, *([run.ticket.search.name] if run.ticket else [])):
                if exhibit.name not in users[name]:
                    users[name].append(exhibit.name)
    return users


def _search(sweep: Sweep, request: RequestedRun, studies: Sequence[str]) -> DashboardRun | None:
    """With every round of it that is in the store; None where there is none."""
    assert request.run.ticket is not None, "it was searched for"
    search = request.run.ticket.search
    rounds = [TicketMask(search, percent) for percent in search.schedule.percents()]
    found = tuple(ticket for ticket in map(partial(_ticket, sweep), rounds) if ticket is not None)
    rows = tuple(_row(spec, result) for spec in rounds if (result := sweep.reader.round_result(spec)) is not None)
    if not found:
        return None
    seconds = sum(sweep.store.seconds(spec.name) or 0 for spec in rounds)
    config = search_config(search, sweep.scale, _protocol(sweep, request))
    return DashboardRun(
        *_heading(search.name, search.group, "find"),
        config=config,
        tags=tags(config, studies),
        summary={**(rows[-1] if rows else {}), "seconds": round(seconds, 3)},
        rounds=rows,
        found=found,
    )


def _scored(sweep: Sweep, request: RequestedRun, result: Result, studies: Sequence[str]) -> DashboardRun:
    run, timing = request.run, sweep.store.timing(request.run.name)
    percent = trained_percent(run, result.kept, result.prunable)
    config = run_config(run, percent, sweep.scale, _protocol(sweep, request)) | {"steps": request.steps}
    made = {"seconds": timing.seconds, "finished": timing.finished, "version": timing.version} if timing else {}
    summary = result_row(result.metrics, result.metric, percent, run) | {
        "kept": result.kept,
        "prunable": result.prunable,
    }
    return DashboardRun(
        *_heading(run.name, run.group, "train"),
        config=config,
        tags=tags(config, studies),
        summary=summary | made | {"undefined": list(result.undefined)},
        used=_ticket(sweep, run.ticket) if run.ticket else None,
    )


def _heading(name: str, group: str, kind: str) -> tuple[str, str, str, str]:
    return name[-8:], name, group, kind


def _row(spec: TicketMask, result: Result) -> Row:
    return result_row(result.metrics, result.metric, trained_percent(spec, result.kept, result.prunable), spec)


def _ticket(sweep: Sweep, spec: TicketMask) -> TicketFile | None:
    path = sweep.reader.ticket(spec)
    return TicketFile(re.sub(r"[^\w.-]", "-", spec.name), path, spec.percent) if path else None


def _protocol(sweep: Sweep, request: RequestedRun) -> str:
    return sweep.composer.context(request.cell).logger.protocol
