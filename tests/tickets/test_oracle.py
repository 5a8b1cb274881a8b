"""Two and three rounds against an independent oracle built on torch.nn.utils.prune: bit for bit.

The oracle shares the batches and the seeds with the engine, and nothing else: a plain loop, PyTorch's own pruning
reparametrisation (mask and original weight multiplied in every forward), its global ranking, its own rewinding.
"""

from __future__ import annotations

import pytest
import torch
from torch.nn.utils import prune
from transformers import BertModel

from lightning_tickets.initialization.state import clone
from lightning_tickets.models.encoder import seeded
from lightning_tickets.models.heads import make_head
from lightning_tickets.seeds import derive
from lightning_tickets.tasks.batches import TrainingOrder
from lightning_tickets.tickets.mask_file import load_ticket
from lightning_tickets.tickets.result import TICKET
from lightning_tickets.tickets.search import find_ticket
from lightning_tickets.tickets.spec import TicketMask
from lightning_tickets.tickets.workbench import Workbench
from lightning_tickets.training.loaders import Collate


def targets(encoder):
    """The prunable modules, written out for BERT and not asked of the engine."""
    found = []
    for i, layer in enumerate(encoder.encoder.layer):
        at = f"encoder.layer.{i}"
        found += [
            (f"{at}.attention.self.query", layer.attention.self.query),
            (f"{at}.attention.self.key", layer.attention.self.key),
            (f"{at}.attention.self.value", layer.attention.self.value),
            (f"{at}.attention.output.dense", layer.attention.output.dense),
            (f"{at}.intermediate.dense", layer.intermediate.dense),
            (f"{at}.output.dense", layer.output.dense),
        ]
    return [*found, ("pooler.dense", encoder.pooler.dense)]


def oracle_round(bench, folder, chain, masks, number, remove):
    """Train m ⊙ θ0 in a plain loop, then prune ``remove`` weights by PyTorch's global ranking."""
    settings, seed = bench.problem.training, chain.seed
    encoder = BertModel.from_pretrained(folder)
    head = make_head(bench.kind, encoder, folder, derive(seed, "head"))
    modules = targets(encoder)
    order_of_norms = [name for name, _ in encoder.named_parameters()]
    for name, module in modules:
        prune.custom_from_mask(module, "weight", masks[name])
    started = {name: module.weight.detach().clone() for name, module in modules}
    encoder.train(), head.train()
    by_name = {name.removesuffix("_orig"): p for name, p in encoder.named_parameters()}
    parameters = [*(by_name[name] for name in order_of_norms), *head.parameters()]
    optimizer = torch.optim.AdamW(
        [{"params": encoder.parameters()}, {"params": head.parameters(), "lr": settings.head_learning_rate}],
        lr=settings.learning_rate,
        betas=(settings.beta1, settings.beta2),
        eps=settings.epsilon,
        weight_decay=0.0,
        fused=True,
    )
    lengths = [len(e["input_ids"]) for e in bench.splits.train]
    order = TrainingOrder(lengths, settings.batch_size, settings.steps, settings.pool, derive(seed, "order", number))
    collate = Collate(bench.kind, derive(seed, "corruption", number))
    rates = [group["lr"] for group in optimizer.param_groups]
    with seeded(derive(seed, "dropout", number)):
        for step, chosen in enumerate(order):
            share = (settings.steps - step) / settings.steps
            for group, top in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = top * share
            batch = collate([bench.splits.train[i] for i in chosen])
            inputs = {k: batch[k] for k in ("input_ids", "token_type_ids", "attention_mask")}
            loss = torch.nn.functional.cross_entropy(head(encoder(**inputs), batch), batch["label"])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, settings.clip)
            optimizer.step()
    trained = {(m, "weight"): m.weight_orig * m.weight_mask for _, m in modules}  # m.weight is one step behind
    prune.global_unstructured(list(trained), prune.L1Unstructured, importance_scores=trained, amount=remove)
    return {name: module.weight_mask.bool() for name, module in modules}, started


@pytest.mark.parametrize(("task", "sparsity"), [("cola", 20), ("rte", 30)])
def test_imp_equals_the_oracle(context, tiny_run, task, sparsity):
    run = tiny_run(f"task={task}", f"sparsity={sparsity}", "training.steps=6", "training.warmup=0.0")
    assert isinstance(run.mask, TicketMask)
    find_ticket(run.mask, context)
    bench = Workbench(run.problem, context)
    theta = clone(bench.theta)
    total = sum(w.numel() for w in bench.prunable.values())
    names = [name.removesuffix(".weight") for name in bench.prunable]
    masks = {name: torch.ones_like(theta[f"{name}.weight"], dtype=torch.bool) for name in names}
    assert len(names) == 13
    for number in range(1, sparsity // 10 + 1):
        remove = round(total * number / 10) - round(total * (number - 1) / 10)
        new, started = oracle_round(bench, context.folder.path, run.mask.chain, masks, number, remove)
        for name in names:
            assert torch.equal(started[name], theta[f"{name}.weight"] * masks[name]), "rewound by value"
        masks = new
        ours, _ = load_ticket(context.store.path(f"{run.mask.chain.name}/round-{number:02d}") / TICKET)
        assert ours.keys() == {f"{name}.weight" for name in names}
        for name in names:
            assert torch.equal(ours[f"{name}.weight"], masks[name]), f"round {number}, {name}"


def test_training_a_ticket_never_changes_theta(context, tiny_run):
    run = tiny_run("task=cola", "sparsity=20")
    bench = Workbench(run.problem, context)
    before = clone(bench.theta)
    find_ticket(run.mask, context)
    assert all(torch.equal(before[name], value) for name, value in bench.theta.items())
