"""A plan's estimates of disk space, compared with what its artefacts take."""

from dataclasses import replace

import pytest

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.composition.single import run_of
from lightning_tickets.models.folders import pocket
from lightning_tickets.runs.store import Store
from lightning_tickets.studies import disk
from lightning_tickets.studies.plan import Plan
from lightning_tickets.tickets.score import score_run
from lightning_tickets.tickets.search import find_ticket

BLOCK = 4096
SHORT = ["task=rte", "training.steps=4", "training.batch_size=8", "data.train_limit=40", "data.dev_limit=24"]


@pytest.fixture
def context(context):
    """Of the pocket network, whose weights outweigh the records."""
    return replace(context, folder=pocket())


def run(*overrides):
    return run_of(compose_config([*SHORT, *overrides]))


def disk_usage(folder):
    """In bytes, as a file system counts, folders included."""
    return sum(-(-path.stat().st_size // BLOCK) * BLOCK if path.is_file() else BLOCK for path in folder.rglob("*"))


@pytest.mark.parametrize("rewind", ["pretrained", "0.5", "none"])
def test_a_chain_takes_about_its_estimate(context, rewind):
    ticket = run("sparsity=30", "subnetwork=rewound", f"rewind={rewind}").mask
    find_ticket(ticket, context)
    estimate = sum(disk.artefact_bytes(one, pocket().parameters()) for one in ticket.rounds)
    assert estimate == pytest.approx(disk_usage(context.store.root), rel=0.2)


def test_a_run_takes_about_its_estimate(context):
    full = run("subnetwork=full")
    score_run(full, context)
    assert disk.artefact_bytes(full, pocket().parameters()) == pytest.approx(disk_usage(context.store.root), rel=0.3)


def test_what_is_there_takes_no_more(context):
    ticket = run("sparsity=20").mask
    plan = parse_sweep(["task=rte", "subnetwork=imp", "sparsity=20", "seed=1,2"]).plan
    search = replace(plan.jobs[0], target=ticket, makes=tuple(one.name for one in ticket.rounds))
    alone = Plan((search,), 1)
    before = disk.bytes_left(alone, context.store)
    find_ticket(ticket, context)
    assert before > 0 == disk.bytes_left(alone, context.store)
    assert disk.checkpoint_bytes(alone) == 12 * pocket().parameters()


def test_a_network_of_unknown_size_leaves_it_open(tmp_path):
    plan = parse_sweep(["task=rte", "subnetwork=imp", "sparsity=20"]).plan
    unknown = Plan(tuple(replace(job, parameters=None) for job in plan.jobs), 1)
    assert disk.bytes_left(unknown, Store(tmp_path)) is None and disk.bytes_left(plan, Store(tmp_path)) > 0
