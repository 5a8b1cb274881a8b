"""Rewinding to a fraction of training, and standard pruning, against a plain loop: bit for bit."""

from __future__ import annotations

import copy
import re
from dataclasses import replace

import pytest
import torch

from lightning_tickets.errors import UserError
from lightning_tickets.models.encoder import prunable, seeded
from lightning_tickets.models.heads import make_head
from lightning_tickets.pruning.mask import apply_, full
from lightning_tickets.seeds import derive
from lightning_tickets.tasks.batches import TrainingOrder
from lightning_tickets.tickets.mask_file import load_ticket
from lightning_tickets.tickets.result import TICKET
from lightning_tickets.tickets.rewinding import first_step, rewound_to
from lightning_tickets.tickets.score import score_run
from lightning_tickets.tickets.search import find_ticket
from lightning_tickets.tickets.workbench import Workbench
from lightning_tickets.training.loaders import Collate

STEPS, PART, STEP = 10, 0.3, 3
SHORT = [f"training.steps={STEPS}", "training.warmup=0.2", "sparsity=30"]


class Plain:
    """A loop over the same batches, without Lightning, callbacks or snapshots."""

    def __init__(self, bench, folder, chain):
        self.bench, self.chain, self.settings = bench, chain, bench.problem.training
        self.encoder = copy.deepcopy(bench._encoder)
        self.head = make_head(bench.kind, self.encoder, folder, derive(chain.seed, "head"))

    def rate(self, step):
        ramp = round(0.2 * STEPS)
        return (step + 1) / ramp if step < ramp else (STEPS - step) / (STEPS - ramp)

    def train(self, mask, number, begin, end):
        """Steps ``begin`` to ``end`` of round ``number`` under the mask, with a new optimiser."""
        settings, seed, bench = self.settings, self.chain.seed, self.bench
        matrices = prunable(self.encoder)
        apply_({name: w.data for name, w in matrices.items()}, mask)
        shared = {id(p) for p in self.encoder.parameters()}
        own = [p for p in self.head.parameters() if id(p) not in shared]
        tops = [settings.learning_rate, settings.head_learning_rate]
        groups = [{"params": list(self.encoder.parameters())}, {"params": own}]
        beta = (settings.beta1, settings.beta2)
        optimizer = torch.optim.AdamW(groups, betas=beta, eps=settings.epsilon, weight_decay=0.0, fused=True)
        order = TrainingOrder(
            bench.splits.train.lengths, settings.batch_size, STEPS - begin, settings.pool, derive(seed, "order", number)
        )
        collate = Collate(bench.kind, derive(seed, "corruption", number))
        self.encoder.train(), self.head.train()
        with seeded(derive(seed, "dropout", number)):
            for step, chosen in zip(range(begin, end), order, strict=False):
                for group, top in zip(optimizer.param_groups, tops, strict=True):
                    group["lr"] = top * self.rate(step)
                batch = collate([bench.splits.train[i] for i in chosen])
                inputs = {k: batch[k] for k in ("input_ids", "token_type_ids", "attention_mask")}
                optimizer.zero_grad()
                bench.kind.loss(self.head(self.encoder(**inputs), batch), batch).backward()
                for name, m in mask.items():
                    if matrices[name].grad is not None:
                        matrices[name].grad.mul_(m)
                torch.nn.utils.clip_grad_norm_([*self.encoder.parameters(), *own], settings.clip)
                optimizer.step()

    def pruned(self, mask, count):
        """The largest ``count`` that the mask keeps, by sorting them all."""
        alive = torch.cat([m.flatten() for m in mask.values()])
        sizes = torch.cat([w.detach().abs().flatten() for w in prunable(self.encoder).values()])
        chosen = torch.where(alive, sizes, -1.0).sort(descending=True, stable=True).indices[:count]
        flat = torch.zeros_like(alive)
        flat[chosen] = True
        parts = flat.split([m.numel() for m in mask.values()])
        return {name: part.view(m.shape) for (name, m), part in zip(mask.items(), parts, strict=True)}


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def ticket_of(context, run, number):
    return load_ticket(context.store.path(f"{run.mask.chain.name}/round-{number:02d}") / TICKET)[0]


@pytest.fixture(params=["cola", "mlm"])
def task(request):
    return request.param


def test_rewinding_equals_the_plain_loop(context, tiny_run, task):
    run = tiny_run(f"task={task}", f"rewind={PART}", *SHORT)
    find_ticket(run.mask, context)
    bench = Workbench(run.problem, context)
    total = sum(w.numel() for w in bench.prunable.values())
    plain = Plain(bench, context.folder.path, run.mask.chain)
    plain.train(full(bench.prunable), 1, 0, STEP)
    point = rewound_to(run.mask, context.store)
    assert same(dict(point.encoder), dict(plain.encoder.state_dict()))
    assert all(torch.equal(plain.head.state_dict()[name], value) for name, value in point.heads[0].items())
    plain = Plain(bench, context.folder.path, run.mask.chain)
    plain.train(full(bench.prunable), 1, 0, STEPS)
    mask = plain.pruned(full(bench.prunable), total - round(total * 0.1))
    assert same(mask, ticket_of(context, run, 1))
    for number in (2, 3):
        plain.encoder.load_state_dict(point.encoder)
        plain.head.load_state_dict(point.heads[0], strict=False)
        plain.train(mask, number, STEP, STEPS)
        mask = plain.pruned(mask, total - round(total * number / 10))
        assert same(mask, ticket_of(context, run, number)), f"round {number}"


def test_standard_pruning_equals_the_plain_loop(context, tiny_run, task):
    run = tiny_run(f"task={task}", "rewind=none", *SHORT)
    find_ticket(run.mask, context)
    bench = Workbench(run.problem, context)
    total = sum(w.numel() for w in bench.prunable.values())
    plain, mask = Plain(bench, context.folder.path, run.mask.chain), full(bench.prunable)
    for number in (1, 2, 3):
        plain.train(mask, number, 0, STEPS)
        mask = plain.pruned(mask, total - round(total * number / 10))
        assert same(mask, ticket_of(context, run, number)), f"round {number}"
        point = rewound_to(replace(run.mask, percent=10 * number), context.store)
        assert same(dict(point.encoder), dict(plain.encoder.state_dict()))


def test_rewinding_the_rate_equals_the_plain_loop(context, tiny_run, task):
    """Weights and head go on, and every round after the first has the last 70 % of the rates (Renda et al. 2020)."""
    run = tiny_run(f"task={task}", "rewind=rate", f"rewind.fraction={PART}", *SHORT)
    find_ticket(run.mask, context)
    bench = Workbench(run.problem, context)
    total = sum(w.numel() for w in bench.prunable.values())
    plain, mask = Plain(bench, context.folder.path, run.mask.chain), full(bench.prunable)
    for number in (1, 2, 3):
        plain.train(mask, number, STEP if number > 1 else 0, STEPS)
        mask = plain.pruned(mask, total - round(total * number / 10))
        assert same(mask, ticket_of(context, run, number)), f"round {number}"
    point = rewound_to(run.mask, context.store)
    assert same(dict(point.encoder), dict(plain.encoder.state_dict()))


def test_rewinding_the_rate_to_its_beginning_is_standard_pruning(tiny_run):
    rate, none = tiny_run("task=cola", "rewind=rate", *SHORT), tiny_run("task=cola", "rewind=none", *SHORT)
    assert rate == none
    assert tiny_run("task=cola", "rewind=rate", "rewind.fraction=0", *SHORT) == none


def test_the_first_round_is_the_same_wherever_the_chain_rewinds_to(context, tiny_run):
    runs = [tiny_run("task=cola", f"rewind={where}", *SHORT) for where in ("pretrained", 0.1, 0.5, "none")]
    for run in runs:
        find_ticket(replace(run.mask, percent=20), context)
    first, *others = [ticket_of(context, run, 1) for run in runs]
    assert all(same(first, other) for other in others)
    seconds = [ticket_of(context, run, 2) for run in runs]
    assert not any(same(seconds[0], other) for other in seconds[1:])
    assert len({run.mask.chain.name for run in runs}) == 4


def test_a_chain_that_rewinds_to_theta_keeps_no_weights_and_starts_as_imp_does(context, tiny_run):
    imp, rewound = (
        tiny_run("task=cola", f"subnetwork={row}", *SHORT, "subnetwork.name=same") for row in ("imp", "rewound")
    )
    assert imp.name != rewound.name
    assert score_run(imp, context) == score_run(rewound, context)
    assert rewound_to(rewound.mask, context.store) is None
    assert not list(context.store.root.rglob("point.safetensors"))


@pytest.mark.parametrize("where", [PART, "none"])
def test_a_rewound_run_starts_from_the_chains_weights_and_head(context, tiny_run, where, monkeypatch):
    run = tiny_run("task=cola", "subnetwork=rewound", f"rewind={where}", *SHORT)
    asked, plain = [], Workbench.train
    monkeypatch.setattr(Workbench, "train", lambda *a, **k: asked.append(a[2]) or plain(*a, **k))
    score_run(run, context)
    start = asked[-1]
    point = rewound_to(run.ticket, context.store)
    assert same(dict(start.theta), dict(point.encoder)) and same(dict(start.gamma[0]), dict(point.heads[0]))
    assert start.begin == (STEP if where == PART else 0)


def test_the_step_is_never_the_last(tiny_run):
    chain = tiny_run("task=cola", "rewind=0.99", *SHORT).mask.chain
    assert [first_step(chain, steps) for steps in (10, 1000, 1)] == [9, 990, 0]


@pytest.mark.parametrize("wrong", ["1.5", "1", "0", "-0.1", "true", "later", "null", "[0.1]"])
def test_a_point_beyond_training_is_refused(tiny_run, wrong):
    with pytest.raises(
        UserError, match=f"^(rewind={re.escape(wrong)}: expected a number|unknown option rewind|rewind.fraction=.*: )"
    ):
        tiny_run("task=cola", f"rewind={wrong}")
