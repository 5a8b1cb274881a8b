"""A search is searched no further once a round scores too far below its first, if the user says so."""

from dataclasses import replace

import pytest

from lightning_tickets.errors import Stopped
from lightning_tickets.runs.store import OBJECT
from lightning_tickets.tickets.result import Result, read_round
from lightning_tickets.tickets.search import find_ticket
from tests.commands import SHORT, inside, process

ROUNDS = ["task=mlm", "training.steps=4", "sparsity=90"]


def rounds_of(context, run):
    return [one.percent for one in run.mask.rounds if context.store.has(one.name)]


@pytest.mark.parametrize("metrics", [{}, {"accuracy": 0.3}], ids=["dev", "held_out"])
def test_it_stops_after_the_first_round_that_falls_below(context, tiny_run, monkeypatch, metrics):
    """Scores by hand: the round that ends at 30 % has trained at 20 %, and is the first below 0.8 − 0.05.

    Those on dev do not count if rows are held out.
    """
    scores = dict(zip(range(10, 100, 10), [0.8, 0.9, 0.74, 0.9, 0.1, 0.1, 0.1, 0.1, 0.1], strict=True))
    run = tiny_run(*ROUNDS)
    by_name = {one.name: scores[one.percent] for one in run.mask.rounds}
    own = "held_out.accuracy" if metrics else "accuracy"

    def result(store, spec):
        return Result("accuracy", metrics | {own: by_name[spec.name]}, (), 1, 1)

    monkeypatch.setattr("lightning_tickets.tickets.search.read_round", result)
    with pytest.raises(Stopped, match=r"not searched beyond 30 %: at 20 % it scores 0.7400, its first round 0.8000"):
        find_ticket(run.mask, replace(context, stop_below=0.05))
    assert rounds_of(context, run) == [10, 20, 30]
    find_ticket(replace(run.mask, percent=30), replace(context, stop_below=0.05))
    find_ticket(run.mask, context)
    assert rounds_of(context, run) == list(range(10, 100, 10)), "without the rule it goes on from there"


def test_the_score_read_is_the_rounds_own(context, tiny_run):
    run = tiny_run("task=cola", "sparsity=20")
    find_ticket(run.mask, context)
    for one in run.mask.rounds:
        result = context.store.read(one.name, "result.json", OBJECT)
        assert read_round(context.store, one).score == result["metrics"]["matthews"]


def test_where_a_chain_stops_is_no_part_of_its_name(tiny_run):
    assert tiny_run(*ROUNDS, "ticket.stop_below=0.1") == tiny_run(*ROUNDS)


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A sweep whose search collapses under a schedule of large steps; every score below the first stops it."""
    root = tmp_path_factory.mktemp("stop") / "runs"
    cells = ["task=mlm", "subnetwork=full,imp", "sparsity=30,60,90", "schedule.per_round=30", "ticket.stop_below=0.02"]
    return root, cells, process(root, "run", "-m", *cells, *SHORT)


def test_a_sweep_leaves_out_what_lies_beyond_and_says_so(stopped):
    _, _, done = stopped
    lines = done.stdout.strip().splitlines()
    assert [line.split("-seed1")[0] for line in lines] == ["mlm-full", "mlm-imp-s30", "mlm-imp-s60"]
    assert "not searched beyond 60 %: at 30 % it scores" in done.stderr
    assert "left out beyond that: 1 cell\n" in done.stderr and "failed" not in done.stderr


def test_a_single_cell_beyond_is_told_in_one_line(stopped):
    root, cells, _ = stopped
    cell = [c.replace("full,imp", "imp").replace("30,60,90", "90") for c in cells]
    done = inside(root, "run", *cell, *SHORT, status=2)
    assert done.stderr.count("\n") == 1 and "not searched beyond 60 %" in done.stderr
