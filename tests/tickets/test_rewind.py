"""Rewinding to a fraction of training, and standard pruning, against a plain loop: bit for bit."""

import re
from dataclasses import replace

import pytest
import torch

from lightning_tickets.errors import UserError
from lightning_tickets.pruning.mask import full
from lightning_tickets.tickets.rewinding import first_step, rewound_to
from lightning_tickets.tickets.score import score_run
from lightning_tickets.tickets.search import find_ticket
from lightning_tickets.tickets.workbench import Workbench
from tests.checks import same
from tests.tickets.artefacts import round_ticket
from tests.tickets.plain_loop import PlainLoop

STEPS, PART, STEP = 10, 0.3, 3
SHORT = [f"training.steps={STEPS}", "training.warmup=0.2", "sparsity=30"]


@pytest.fixture(params=["cola", "mlm"])
def searched(request, context, tiny_run):
    """A search of three rounds under some overrides, and the plain loop of the same problem."""

    def search(*overrides):
        run = tiny_run(f"task={request.param}", *overrides, *SHORT)
        find_ticket(run.mask, context)
        return run, PlainLoop([Workbench(run.problem, context)], context.folder.path, run.mask.search.seed)

    return search


def test_rewinding_equals_the_plain_loop(context, searched):
    run, plain = searched(f"rewind={PART}")
    mask = full(plain.benches[0].prunable)
    plain.train(mask, 1, 0, STEP)
    point = rewound_to(run.mask, context.store)
    assert same(point.encoder, plain.encoder.state_dict())
    assert all(torch.equal(plain.heads[0].state_dict()[name], value) for name, value in point.heads[0].items())
    plain = PlainLoop(plain.benches, context.folder.path, run.mask.search.seed)
    for number in (1, 2, 3):
        if number > 1:
            plain.encoder.load_state_dict(point.encoder)
            plain.heads[0].load_state_dict(point.heads[0], strict=False)
        plain.train(mask, number, STEP if number > 1 else 0)
        mask = plain.prune(mask, number)
        assert same(mask, round_ticket(context, run, number)), f"round {number}"


@pytest.mark.parametrize(
    ("rewind", "begin"), [(["none"], 0), (["rate", f"rewind.fraction={PART}"], STEP)], ids=["none", "rate"]
)
def test_going_on_from_trained_weights_equals_the_plain_loop(context, searched, rewind, begin):
    """Standard pruning; or the last 70 % of the rates in every round after the first (Renda et al. 2020)."""
    run, plain = searched(f"rewind={rewind[0]}", *rewind[1:])
    mask = full(plain.benches[0].prunable)
    for number in (1, 2, 3):
        plain.train(mask, number, begin if number > 1 else 0)
        mask = plain.prune(mask, number)
        assert same(mask, round_ticket(context, run, number)), f"round {number}"
        point = rewound_to(replace(run.mask, percent=10 * number), context.store)
        assert same(point.encoder, plain.encoder.state_dict())


def test_rewinding_the_rate_to_its_beginning_is_standard_pruning(tiny_run):
    whole = [["rewind=none"], ["rewind=rate"], ["rewind=rate", "rewind.fraction=0"]]
    none, *rates = (tiny_run("task=cola", *rewind, *SHORT) for rewind in whole)
    assert rates == [none, none]


def test_the_first_round_is_the_same_wherever_the_chain_rewinds_to(context, tiny_run):
    runs = [tiny_run("task=cola", f"rewind={where}", *SHORT) for where in ("pretrained", 0.1, 0.5, "none")]
    for run in runs:
        find_ticket(replace(run.mask, percent=20), context)
    first, *others = [round_ticket(context, run, 1) for run in runs]
    assert all(same(first, other) for other in others)
    second, *others = [round_ticket(context, run, 2) for run in runs]
    assert not any(same(second, other) for other in others)
    assert len({run.mask.search.name for run in runs}) == 4


def test_a_chain_that_rewinds_to_theta_keeps_no_weights_and_starts_as_imp_does(context, tiny_run):
    cell = ["task=cola", *SHORT, "subnetwork.name=same"]
    imp, rewound = (tiny_run(*cell, f"subnetwork={row}") for row in ("imp", "rewound"))
    assert imp.name != rewound.name
    assert score_run(imp, context) == score_run(rewound, context)
    assert rewound_to(rewound.mask, context.store) is None
    assert not list(context.store.root.rglob("point.safetensors"))


@pytest.mark.parametrize("where", [[f"rewind={PART}"], ["rewind=none"], ["rewind=rate", f"rewind.fraction={PART}"]])
def test_a_rewound_run_starts_from_the_chains_weights_and_head(context, tiny_run, where, trained):
    """With the rate alone rewound too: it has the weights of the last round and takes the last 70 % of the steps."""
    run = tiny_run("task=cola", "subnetwork=rewound", *where, *SHORT)
    score_run(run, context)
    start, point = trained[run.name].start, rewound_to(run.ticket, context.store)
    assert same(start.theta, point.encoder) and same(start.gamma[0], point.heads[0])
    assert start.begin == (0 if where == ["rewind=none"] else STEP)


def test_the_step_is_never_the_last(tiny_run):
    search = tiny_run("task=cola", "rewind=0.99", *SHORT).mask.search
    assert [first_step(search, steps) for steps in (10, 1000, 1)] == [9, 990, 0]


@pytest.mark.parametrize("wrong", ["1.5", "1", "0", "-0.1", "true", "later", "null", "[0.1]"])
def test_a_point_beyond_training_is_refused(tiny_run, wrong):
    with pytest.raises(
        UserError, match=f"^(rewind={re.escape(wrong)}: expected a number|unknown rewind|rewind.fraction=.*: )"
    ):
        tiny_run("task=cola", f"rewind={wrong}")


def test_a_fraction_below_one_step_rewinds_to_the_first(context, tiny_run):
    run = tiny_run("task=cola", "rewind=0.001", *SHORT)
    find_ticket(run.mask, context)
    assert rewound_to(run.mask, context.store) is not None


def test_a_training_of_one_step_is_refused_before_a_round_is_stored(context, tiny_run):
    run = tiny_run("task=cola", "rewind=0.5", "sparsity=20", "training.steps=1")
    with pytest.raises(UserError, match=r"rewind.fraction=0.5: expected a training of at least 2 steps, got 1"):
        find_ticket(run.mask, context)
    assert not list(context.store.root.rglob("ticket.safetensors"))
