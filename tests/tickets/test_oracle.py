"""Two and three rounds against an independent oracle built on torch.nn.utils.prune: bit for bit.

The oracle shares the batches and the seeds with the engine, and nothing else: a plain loop, PyTorch's own pruning
reparametrisation (mask and original weight multiplied in every forward), its global ranking, its own rewinding.
"""

import pytest
import torch
from torch.nn.utils import prune
from transformers import BertModel

from lightning_tickets.initialization.state import clone
from lightning_tickets.models.encoder import seeded
from lightning_tickets.models.heads import make_head
from lightning_tickets.seeds import derive
from lightning_tickets.tasks.batches import TrainingOrder
from lightning_tickets.tickets.search import find_ticket
from lightning_tickets.tickets.spec import TicketMask
from lightning_tickets.tickets.workbench import Workbench
from lightning_tickets.training.loaders import Collate
from tests.checks import same
from tests.tickets.artefacts import round_ticket


def targets(encoder):
    """The prunable modules, written out for BERT and not asked of the engine."""
    inside = ["attention.self.query", "attention.self.key", "attention.self.value"]
    inside += ["attention.output.dense", "intermediate.dense", "output.dense"]
    names = [f"encoder.layer.{layer}.{name}" for layer in range(len(encoder.encoder.layer)) for name in inside]
    return [(name, encoder.get_submodule(name)) for name in [*names, "pooler.dense"]]


def oracle_round(bench, folder, search, masks, number, remove):
    """Train m ⊙ θ0 in a plain loop, then prune ``remove`` weights by PyTorch's global ranking."""
    settings, seed = bench.problem.training, search.seed
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
    rates, betas = [settings.learning_rate, settings.head_learning_rate], (settings.beta1, settings.beta2)
    groups = [{"params": encoder.parameters()}, {"params": head.parameters()}]
    optimizer = torch.optim.AdamW(groups, betas=betas, eps=settings.epsilon, weight_decay=0.0, fused=True)
    lengths = [len(e["input_ids"]) for e in bench.splits.train]
    order = TrainingOrder(lengths, settings.batch_size, settings.steps, settings.pool, derive(seed, "order", number))
    collate = Collate(bench.kind, derive(seed, "corruption", number))
    with seeded(derive(seed, "dropout", number)):
        for step, chosen in enumerate(order):
            for group, top in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = top * ((settings.steps - step) / settings.steps)
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
        new, started = oracle_round(bench, context.folder.path, run.mask.search, masks, number, remove)
        for name in names:
            assert torch.equal(started[name], theta[f"{name}.weight"] * masks[name]), "rewound by value"
        masks = new
        assert same(round_ticket(context, run, number), {f"{name}.weight": m for name, m in masks.items()}), number


def test_training_a_ticket_never_changes_theta(context, tiny_run):
    run = tiny_run("task=cola", "sparsity=20")
    bench = Workbench(run.problem, context)
    before = clone(bench.theta)
    find_ticket(run.mask, context)
    assert same(before, bench.theta)
