"""Each switch between the paper and the released code does what docs/explanation/method.md says (rows in brackets)."""

from dataclasses import replace

import pytest
import torch
from omegaconf import OmegaConf

from lightning_tickets.composition.compose import compose_config, conf_dir
from lightning_tickets.composition.single import run_of
from lightning_tickets.errors import UserError
from lightning_tickets.models.folders import pocket
from lightning_tickets.models.heads import make_head
from lightning_tickets.pruning.magnitude import magnitude
from lightning_tickets.pruning.mask import full, kept, size
from lightning_tickets.seeds import derive
from lightning_tickets.tasks.batches import IGNORED
from lightning_tickets.tasks.kind import score_predictions
from lightning_tickets.tasks.masked_lm import MaskedLM
from lightning_tickets.tickets.rewind_point import END, load_point
from lightning_tickets.tickets.rewinding import horizon
from lightning_tickets.tickets.score import score_run
from lightning_tickets.tickets.search import find_ticket
from lightning_tickets.tickets.workbench import Workbench
from lightning_tickets.training.config import StepRange, Training
from lightning_tickets.training.optimizers import linear_rate
from tests.checks import same
from tests.tickets.artefacts import round_ticket

STEPS = 6
SHORT = [f"training.steps={STEPS}", "training.warmup=0.0", "sparsity=30"]


def test_both_protocols_have_the_same_switches_and_all_of_them_are_read():
    paper, released = (OmegaConf.load(conf_dir() / f"protocol/{name}.yaml") for name in ("paper", "released_code"))
    assert set(paper) == set(released)
    assert released.pop("name") == "released_code" and paper.name == "paper", "what they are called in tables"
    for switch, value in released.items():
        assert paper[switch] != value, switch
        cell = ["task=mnli" if switch == "mnli_metric" else "task=mlm"]
        cell += [f"subnetwork={switch}"] if switch in ("random_mask", "shuffled_weights") else []
        if OmegaConf.is_dict(value):
            override = f"protocol.{switch}._target_={value._target_}"
        else:
            override = f"protocol.{switch}={str(value).replace(chr(39), '')}"
        alone, other = (run_of(compose_config([*cell, *more])) for more in ([], [override]))
        assert alone != other, f"{switch} changes no run"


def test_aliased_prunes_without_rewinding_on_masked_lm_only(tiny_run):
    """[1] The kept θ0 is the live weights, so a search on MLM is one of standard pruning; other tasks rewind."""
    alias = "protocol.aliased=[masked_lm]"
    aliased, standard = (tiny_run("task=mlm", *SHORT, switch) for switch in (alias, "rewind=none"))
    assert aliased.mask.search == standard.mask.search
    assert tiny_run("task=mlm", alias, "rewind=0.2", *SHORT).mask.search == standard.mask.search
    assert tiny_run("task=cola", alias, *SHORT) == tiny_run("task=cola", *SHORT)
    assert tiny_run("task=cola", "source=mlm", alias, *SHORT).mask.search == standard.mask.search


def test_an_aliased_chain_goes_on_from_the_trained_weights(context, tiny_run, trained):
    run = tiny_run("task=mlm", "protocol.aliased=[masked_lm]", *SHORT)
    find_ticket(run.mask, context)
    first, second, _ = (trained[one.name].start.theta for one in run.mask.rounds)
    theta = Workbench(run.problem, context).theta
    assert same(first, theta) and not same(second, theta)


@pytest.mark.parametrize("steps", [100, 12_272])
def test_the_rate_falls_by_a_tenth_in_a_round_of_a_chain_with_one_horizon(tiny_run, steps):
    """[2] Ten rounds' steps to zero, the optimiser new in each; the paper: to zero in every round."""
    search = tiny_run("task=cola", "protocol.horizon=chain", *SHORT).mask.search
    assert horizon(search, steps) == 10 * steps
    rate = linear_rate(StepRange(steps, horizon=horizon(search, steps)), 0.0)
    assert rate(0) == 1.0 and rate(steps) == pytest.approx(0.9)
    assert horizon(tiny_run("task=cola", *SHORT).mask.search, steps) is None
    assert linear_rate(StepRange(steps), 0.0)(steps) == 0.0


def test_warm_up_is_as_long_as_in_a_single_round():
    rates = [linear_rate(StepRange(10, horizon=100), 0.2)(step) for step in range(4)]
    assert rates[:3] == [0.5, 1.0, 1.0] and rates[3] == pytest.approx(97 / 98)


def test_the_horizon_reaches_every_round_and_no_scoring_run(context, tiny_run, trained):
    run = tiny_run("task=cola", "protocol.horizon=chain", *SHORT)
    score_run(run, context)
    horizons = {name: training.start.horizon for name, training in trained.items()}
    assert horizons == {run.name: None} | {one.name: 10 * STEPS for one in run.mask.rounds}


def test_geometric_prunes_a_tenth_of_what_is_left(tiny_run):
    """[3] The text of algorithm 1; both protocols are linear, since every printed sparsity is a multiple of ten."""
    search = tiny_run("task=cola", "schedule=geometric", *SHORT, "sparsity=72").mask.search
    total, left = 85_524_480, 85_524_480
    for percent in search.schedule.percents():
        left -= round(left / 10)
        assert abs(search.schedule.kept(total, percent) - left) <= 1
        assert round(100 - 100 * left / total) == percent
    assert search.schedule.percents()[:7] == [10, 19, 27, 34, 41, 47, 52]


def test_a_random_mask_on_a_geometric_schedule_keeps_as_many_as_the_ticket(context, tiny_run):
    cell = ["task=cola", "schedule=geometric", *SHORT, "sparsity=27"]
    rows = ("subnetwork=imp", "subnetwork=random_mask")
    ticket, drawn = (score_run(tiny_run(*cell, row), context) for row in rows)
    assert ticket.kept == drawn.kept != round(0.73 * ticket.prunable)


@pytest.mark.parametrize("wrong", ["20", "96", "100", "0"])
def test_a_sparsity_off_the_geometric_schedule_is_refused_with_what_is_allowed(tiny_run, wrong):
    with pytest.raises(UserError, match="sparsity=.*(choose from 10, 19, 27, 34|an integer from 1 to 100)"):
        tiny_run("task=cola", "schedule=geometric", f"sparsity={wrong}")


def test_heads_are_rewound_carried_or_redrawn(context, tiny_run, trained):
    """[4] As printed γ goes back with θ; as released it is carried on from round to round."""
    runs = {how: tiny_run("task=cola", f"protocol.head={how}", *SHORT) for how in ("rewound", "carried", "redrawn")}
    for run in runs.values():
        find_ticket(run.mask, context)
    bench = Workbench(runs["carried"].mask.search.problem, context)
    starts = {how: [trained[one.name].start for one in run.mask.rounds] for how, run in runs.items()}
    assert all(start.gamma is None and start.head_seed is None for start in starts["rewound"])
    ends = [load_point(context.store.path(one.name) / END).heads[0] for one in runs["carried"].mask.rounds]
    for end, start in zip(ends, starts["carried"][1:], strict=False):
        assert same(start.theta, bench.theta), "the encoder is rewound all the same"
        assert same(start.gamma[0], end)
    seeds = [start.head_seed for start in starts["redrawn"]]
    assert seeds[0] is None and len(set(seeds)) == 3
    masks = [round_ticket(context, run, 2) for run in runs.values()]
    assert not same(masks[0], masks[1]) and not same(masks[0], masks[2])
    drawn = make_head(bench.kind, bench._encoder, context.folder.path, derive(0, "head")).state_dict()
    assert ends[0].keys() == drawn.keys(), "a carried head is the trained one"
    assert not torch.equal(ends[0]["out.weight"], drawn["out.weight"])
    assert not torch.equal(ends[0]["out.weight"], ends[1]["out.weight"])


def test_standard_pruning_carries_its_head_in_any_case(tiny_run):
    cell = ["task=cola", "rewind=none", *SHORT]
    assert tiny_run(*cell, "protocol.head=carried") == tiny_run(*cell)


@pytest.mark.parametrize("protocol", ["paper", "released_code"])
def test_mnli_is_recorded_by_the_matched_or_the_mismatched_set(context, tiny_run, protocol):
    """[5] A dictionary key overwritten: the released number is the mismatched accuracy."""
    run = tiny_run("task=mnli", f"protocol={protocol}", "subnetwork=full", *SHORT)
    result = score_run(run, context)
    metric = "matched_accuracy" if protocol == "paper" else "mismatched_accuracy"
    assert result.metric == metric and result.score == result.metrics[metric]
    assert {"matched_accuracy", "mismatched_accuracy"} <= set(result.metrics)


def test_a_tenth_round_prunes_to_nothing_and_what_is_left_still_trains(context, tiny_run):
    """[6] Only the head, biases, normalisation and embeddings are left."""
    run = tiny_run("task=cola", "protocol.last_round=true", *SHORT, "schedule.per_round=50", "sparsity=100")
    assert [one.percent for one in run.mask.rounds] == [50, 100]
    assert score_run(run, context).kept == 0
    with pytest.raises(UserError, match="sparsity=100 is not on the schedule"):
        tiny_run("task=cola", *SHORT, "sparsity=100")


def test_a_chain_that_prunes_first_trains_its_first_round_at_ten_percent(context, tiny_run, trained):
    """[7] The first mask that training has a part in has 20 %; the one of 10 % is of θ0's own magnitudes."""
    run = tiny_run("task=mlm", "protocol.prunes_first=[masked_lm]", *SHORT)
    find_ticket(run.mask, context)
    weights = Workbench(run.mask.search.problem, context).prunable
    first, second = (round_ticket(context, run, number) for number in (1, 2))
    assert same(first, magnitude(weights, full(weights), size(weights) - round(size(weights) / 10)))
    assert kept(second) == size(weights) - round(size(weights) * 0.2)
    assert run.mask.rounds[0].name not in trained and set(trained) == {one.name for one in run.mask.rounds[1:]}
    assert not (context.store.path(run.mask.rounds[0].name) / "result.json").exists()
    assert not tiny_run("task=cola", "protocol.prunes_first=[masked_lm]", *SHORT).mask.search.prunes_first


def test_a_chain_that_prunes_first_and_goes_on_starts_at_theta_and_then_goes_on(context, tiny_run, trained):
    run = tiny_run("task=mlm", "protocol.prunes_first=[masked_lm]", "protocol.aliased=[masked_lm]", *SHORT)
    find_ticket(run.mask, context)
    theta = Workbench(run.mask.search.problem, context).theta
    first, second = (trained[one.name].start.theta for one in run.mask.rounds[1:])
    assert same(first, theta) and not same(second, theta)
    rewound = run_of(compose_config(["subnetwork=rewound"])).initialization
    ten = replace(run, mask=run.mask.rounds[0], initialization=rewound)
    total = size(Workbench(run.problem, context).prunable)
    assert score_run(ten, context).kept == run.mask.rounds[0].kept(total)


def test_rounds_of_whole_batches_leave_the_last_one_out(context, tiny_run):
    """[8] MNLI: 36,813 = 3 × 12,271 steps a round, where an epoch has 12,272; scoring runs have whole epochs."""
    training = Training(None, 3, 32, 128, 2e-5, 2e-5)
    assert training.total_steps(392_702) == 36_816
    assert replace(training, partial_batch=False).total_steps(392_702) == 36_813
    assert replace(training, partial_batch=False).total_steps(5) == 3, "at least a batch an epoch"
    more = ["training.steps=null", "training.epochs=2", "data.train_limit=42", "sparsity=10"]
    run = tiny_run("task=cola", "protocol.partial_batch=false", *more)
    assert Workbench(run.mask.search.problem, context).steps == 2 * 5 and Workbench(run.problem, context).steps == 2 * 6
    assert run.problem == tiny_run("task=cola", *more).problem


def test_the_controls_are_those_of_the_protocol(tiny_run):
    """[9] m_RP is uniform or of a random network's magnitudes; θ0″ is shuffled within matrices or by whole layers."""
    for protocol, pruner, initialization in (
        ("paper", "random", "shuffled_weights"),
        ("released_code", "random_network", "shuffled_layers"),
    ):
        rows = ("random_mask", "shuffled_weights")
        mask, weights = (tiny_run("task=cola", f"protocol={protocol}", f"subnetwork={row}", *SHORT) for row in rows)
        components = mask.mask.pruner, weights.initialization
        assert [(one.name, one.version) for one in components] == [(pruner, 1), (initialization, 1)]
    names = [tiny_run("task=cola", "protocol=released_code", f"subnetwork={n}", *SHORT) for n in ("full", "imp")]
    assert names[0] == tiny_run("task=cola", "subnetwork=full", *SHORT)
    assert names[1] != tiny_run("task=cola", "subnetwork=imp", *SHORT)


def test_masked_lm_is_evaluated_as_released_by_drawn_masks_and_all_tokens(context, tiny_run):
    """[10] Other positions for every run; each batch's accuracy weighs by all of its tokens, not by those asked."""
    able = replace(context, folder=pocket())
    still = ["task=mlm", "subnetwork=full", "training.steps=1", "training.learning_rate=0", "data.dev_limit=60"]
    still += ["training.head_learning_rate=0"]

    def score(*overrides):
        return score_run(run_of(compose_config([*still, *overrides])), able).score

    assert len({score(f"seed={n}") for n in (1, 2, 3)}) == 1, "of the same weights"
    assert len({score("protocol.mlm_evaluation=drawn", f"seed={n}") for n in (1, 2, 3)}) == 3
    kind = MaskedLM(evaluation="drawn")
    logits, asked = torch.eye(4)[[0, 1, 1]] * 9, torch.full((2, 5), IGNORED)
    asked[0, 1], asked[0, 2], asked[1, 3] = 0, 1, 2  # two of three are right
    attention = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 1, 0]])
    one = kind.predict(logits, {"asked": asked, "attention_mask": attention})
    first = asked[:1].masked_fill(asked[:1] == 1, IGNORED)
    other = kind.predict(logits[:1], {"asked": first, "attention_mask": attention[1:]})
    assert score_predictions(kind, [], [*one, *other]).metrics["accuracy"] == pytest.approx((9 * 2 / 3 + 4 * 1) / 13)


KINDS = "expected a list of classification, regression, span, masked_lm"


@pytest.mark.parametrize(
    ("wrong", "allowed"),
    [
        ("protocol.head=kept", "protocol.head=kept: expected one of rewound, carried, redrawn"),
        ("protocol.horizon=all", "protocol.horizon=all: expected one of round, chain"),
        ("protocol.aliased=[mlm]", f"protocol.aliased=.*: {KINDS}"),
        ("protocol.prunes_first=masked_lm", f"protocol.prunes_first=masked_lm: {KINDS}"),
        ("protocol.partial_batch=1", "protocol.partial_batch=1: expected true or false"),
        ("rewind=head", "unknown rewind 'head'; choose from fraction, none, pretrained, rate"),
        ("mix.loss=averaged", "mix.loss=averaged: expected one of summed, sampled"),
        ("ticket.examples=0", "ticket.examples=0: expected an integer >= 1"),
        ("ticket.stop_below=-1", "ticket.stop_below=-1: expected a number >= 0"),
        ("protocol=print", "unknown protocol 'print'; choose from paper, released_code"),
    ],
)
def test_another_value_is_refused_with_those_that_are_allowed(tiny_run, wrong, allowed):
    with pytest.raises(UserError, match=allowed):
        tiny_run("task=cola", wrong)
