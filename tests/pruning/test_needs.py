"""What pruners can ask for: the table of needs against what a search's rounds and drawn masks really offer."""

import re
from dataclasses import replace

import pytest
import pytorch_lightning as lightning

from lightning_tickets.components import Component, component
from lightning_tickets.errors import UserError
from lightning_tickets.pruning.mask import full, kept, size
from lightning_tickets.pruning.ranking import keep_largest
from lightning_tickets.seeds import derive
from lightning_tickets.tickets.mask_file import load_ticket
from lightning_tickets.tickets.needs import DRAWN, NEEDS, ROUND, UNTRAINED
from lightning_tickets.tickets.result import TICKET
from lightning_tickets.tickets.rewind_point import POINT, load_point
from lightning_tickets.tickets.score import score_run
from lightning_tickets.tickets.search import find_ticket
from lightning_tickets.tickets.workbench import Workbench
from tests.checks import one_line, same

SNIP = "lightning_tickets.pruning.snip.snip"
MOVEMENT = "lightning_tickets.pruning.movement.movement"
CELLS = {
    ROUND: ["task=mlm"],
    UNTRAINED: ["task=mlm", "protocol.prunes_first=[masked_lm]"],
    DRAWN: ["task=mlm", "subnetwork=one_shot"],
}


def probe_seed(weights, mask, count, seed):
    assert isinstance(seed, int)
    return keep_largest(weights, mask, count)


def probe_heads(weights, mask, count, heads):
    assert set(heads[0]) <= set(weights)
    return keep_largest(weights, mask, count)


def probe_fresh(weights, mask, count, fresh):
    drawn = fresh(3)
    return keep_largest({name: drawn[name] for name in weights}, mask, count)


def probe_gradients(weights, mask, count, gradients):
    gradient = gradients(mask, 2)
    assert all(bool(g.abs().sum() > 0) for name, g in gradient.items() if "encoder" in name)
    return keep_largest(gradient, mask, count)


def probe_start(weights, mask, count, start):
    assert set(start) == set(weights)
    return keep_largest(start, mask, count)


class LastGradient(lightning.Callback):
    """The gradient of a training's last step: statistics of a training that the suite does not know."""

    def __init__(self, names):
        self.names, self.seen = names, {}

    def state_dict(self):
        return {"seen": self.seen}

    def load_state_dict(self, state_dict):
        self.seen = state_dict["seen"]

    def on_before_optimizer_step(self, trainer, pl_module, optimizer):
        matrices = {n: w for n, w in pl_module.encoder.named_parameters() if n in self.names}
        self.seen = {n: w.grad.clone() if w.grad is not None else 0 * w.detach() for n, w in matrices.items()}


class Counting(LastGradient):
    """Also asks for the count."""

    def __init__(self, names, count):
        super().__init__(names)
        self.count = count


class Forgetful(lightning.Callback):
    def __init__(self, names):
        pass


@component("tests.last_gradient", callback="tests.pruning.test_needs.LastGradient")
def probe_callback(weights, mask, count, callback):
    assert set(callback.seen) == set(weights)
    assert any(bool(gradient.abs().sum() > 0) for gradient in callback.seen.values())
    return keep_largest(callback.seen, mask, count)


@component("tests.counting", callback="tests.pruning.test_needs.Counting")
def counting(weights, mask, count, callback):
    assert callback.count == count
    return keep_largest(weights, mask, count)


@component("tests.forgetful", callback="tests.pruning.test_needs.Forgetful")
def forgetful(weights, mask, count, callback):
    return mask


@component("tests.without")
def without(weights, mask, count, callback):
    return mask


@component("tests.absent", callback="tests.pruning.test_needs.Absent")
def absent(weights, mask, count, callback):
    return mask


@component("tests.no_class_of_names", callback="tests.checks.same")
def no_class_of_names(weights, mask, count, callback):
    return mask


def unknown(weights, mask, count, weather):
    return mask


@pytest.mark.parametrize("place", CELLS)
@pytest.mark.parametrize("need", NEEDS)
def test_a_need_is_met_where_the_table_says_and_refused_elsewhere(need, place, context, tiny_run):
    key = "subnetwork.pruner" if place == DRAWN else "pruner"
    line = f"{key}._target_={__name__}.probe_{need}"
    if place not in NEEDS[need].available:
        with pytest.raises(UserError, match=rf"^{key}: .*probe_{need} needs '{need}' .*: available in "):
            tiny_run(*CELLS[place], "sparsity=10", line)
        return
    run = tiny_run(*CELLS[place], "sparsity=10", line)
    assert score_run(run, context).kept if place == DRAWN else find_ticket(run.mask, context)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["subnetwork=one_shot", f"subnetwork.pruner._target_={MOVEMENT}"], "needs 'callback' .*trained rounds"),
        ([f"pruner._target_={__name__}.unknown"], "needs 'weather'; a pruner can ask for seed, heads, fresh"),
        ([f"pruner._target_={__name__}.without"], "without declares callback=None; expected @component"),
        ([f"pruner._target_={__name__}.absent"], "absent declares callback='tests.pruning.test_needs.Absent' "),
        ([f"pruner._target_={__name__}.no_class_of_names"], "declares callback='tests.checks.same'; expected"),
        (["pruner._target_=lightning_tickets.pruning.redrawn.by_matrix"], "is not a pruner: expected the parameters"),
    ],
)
def test_what_is_not_available_is_one_line_when_the_run_is_composed(overrides, message, tiny_run):
    assert re.search(message, one_line(tiny_run, "task=cola", *overrides))


def test_a_callback_can_ask_for_the_count_that_its_round_keeps(context, tiny_run):
    run = tiny_run("task=mlm", "sparsity=20", f"pruner._target_={__name__}.counting")
    assert kept(find_ticket(run.mask, context)) == run.mask.kept(size(Workbench(run.problem, context).prunable))


def test_a_callback_that_an_interrupted_training_would_lose_is_refused(context, tiny_run):
    run = tiny_run("task=cola", "sparsity=10", f"pruner._target_={__name__}.forgetful")
    with pytest.raises(UserError, match="^tests.pruning.test_needs.Forgetful has no state_dict: an interrupted"):
        find_ticket(run.mask, context)


@pytest.mark.parametrize("task", ["cola", "mlm"])
def test_a_chain_by_snip_scores_the_weights_that_its_round_ends_with(task, context, tiny_run):
    """Against gradients at the weights and heads that standard pruning keeps of the round."""
    run = tiny_run(f"task={task}", f"pruner._target_={SNIP}", "+pruner.batches=2", "rewind=none", "sparsity=10")
    find_ticket(run.mask, context)
    folder = context.store.path(run.mask.name)
    point, bench = load_point(folder / POINT), Workbench(run.problem, context)
    encoder = bench._copy()
    encoder.load_state_dict(point.encoder)
    whole, parts = full(bench.prunable), bench.parts(encoder, 0, point.heads)
    gradient = bench._gradients(encoder, parts, whole, 2, derive(run.mask.search.seed, "mask", 1))
    scores = {name: point.encoder[name] * gradient[name] for name in whole}
    mask, _ = load_ticket(folder / TICKET)
    assert same(mask, keep_largest(scores, whole, run.mask.kept(size(whole))))


def test_a_component_of_the_same_name_elsewhere_is_the_same(tiny_run):
    """Where a pruner lies is no part of a run."""
    run = tiny_run("task=cola")
    moved = replace(run.mask.search, pruner=Component("magnitude", 1, target="elsewhere.magnitude"))
    assert moved.name == run.mask.search.name
