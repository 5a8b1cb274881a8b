"""Figure 1 from a real search: what each round has trained, scored and left."""

import json

import pytest

from lightning_tickets.errors import UserError
from lightning_tickets.studies.cell import CellResult
from lightning_tickets.studies.exhibits.rounds import Rounds
from lightning_tickets.tickets.result import TICKET
from lightning_tickets.tickets.search import find_ticket


def figure(sparsity=30):
    return Rounds("figure1", "Title", "Shows.", "rte", [1], sparsity)


def test_each_round_as_its_result_says(context, tiny_run):
    run = tiny_run("task=rte", "sparsity=20")
    find_ticket(run.mask, context)
    by_percent = {one.percent: context.store.path(one.name) for one in run.mask.rounds}

    def lookup(cell):
        path = by_percent.get(cell.sparsity)
        return CellResult("r", "accuracy", None, f"run at {cell.sparsity}", ticket=path and path / TICKET)

    search = figure().fill(lookup)
    assert search.metric == "accuracy" and search.missing == ("run at 30", "run at 0")
    assert [one.kept for one in search.rounds] == [1.0, pytest.approx(0.9, abs=1e-3), None]
    assert [one.left for one in search.rounds] == pytest.approx([0.9, 0.8, 0.7])
    expected = [
        json.loads((folder / "result.json").read_text())["metrics"]["accuracy"] for folder in by_percent.values()
    ]
    assert [one.score for one in search.rounds] == [*expected, None]


def test_only_rounds_that_there_are():
    assert [(cell.subnetwork, cell.sparsity) for cell in figure(30).cells()] == [
        *(("imp", percent) for percent in (10, 20, 30)),
        ("full", 0),
    ]
    with pytest.raises(UserError, match="sparsity: expected one of 10, 20, .* got 55"):
        figure(55).cells()
