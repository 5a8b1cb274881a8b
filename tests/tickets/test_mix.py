"""Several tasks trained together on one encoder, a head a task: against a plain loop, bit for bit."""

from __future__ import annotations

import copy

import pytest
import torch

from lightning_tickets.models.encoder import prunable, seeded
from lightning_tickets.models.heads import make_head
from lightning_tickets.pruning.mask import apply_, full
from lightning_tickets.runs.store import read_json
from lightning_tickets.seeds import derive
from lightning_tickets.tasks.batches import TrainingOrder
from lightning_tickets.tickets.mask_file import load_ticket
from lightning_tickets.tickets.result import TICKET
from lightning_tickets.tickets.rewinding import rewound_to
from lightning_tickets.tickets.search import find_ticket
from lightning_tickets.tickets.workbench import Workbench
from lightning_tickets.training.loaders import Collate, MultiTaskLoader

STEPS = 9
SHORT = [f"training.steps={STEPS}", "training.warmup=0.0", "sparsity=20"]


def plain_rounds(chain, context, rounds):
    """Masks of the first rounds of summed losses in a loop of its own."""
    problems, seed, settings = chain.problems, chain.seed, chain.problem.training
    benches = [Workbench(problem, context) for problem in problems]
    total = sum(w.numel() for w in benches[0].prunable.values())
    mask, masks = full(benches[0].prunable), []
    for number in range(1, rounds + 1):
        encoder = copy.deepcopy(benches[0]._encoder)
        heads = [
            make_head(b.kind, encoder, context.folder.path, derive(seed, "head", *([k] if k else [])))
            for k, b in enumerate(benches)
        ]
        matrices = prunable(encoder)
        apply_({name: w.data for name, w in matrices.items()}, mask)
        shared = {id(p) for p in encoder.parameters()}
        own = [p for head in heads for p in head.parameters() if id(p) not in shared]
        groups = [
            {"params": list(encoder.parameters()), "lr": settings.learning_rate},
            {"params": own, "lr": settings.head_learning_rate},
        ]
        optimizer = torch.optim.AdamW(
            groups, betas=(settings.beta1, settings.beta2), eps=settings.epsilon, weight_decay=0.0, fused=True
        )
        tops = [group["lr"] for group in optimizer.param_groups]
        feeds = []
        for k, (bench, problem) in enumerate(zip(benches, problems, strict=True)):
            numbers = (number, k) if k else (number,)
            lengths, size, pool = bench.splits.train.lengths, problem.training.batch_size, problem.training.pool
            order = TrainingOrder(lengths, size, STEPS, pool, derive(seed, "order", *numbers))
            feeds.append((iter(order), Collate(bench.kind, derive(seed, "corruption", *numbers)), bench.splits.train))
        encoder.train(), [head.train() for head in heads]
        with seeded(derive(seed, "dropout", number)):
            for step in range(STEPS):
                for group, top in zip(optimizer.param_groups, tops, strict=True):
                    group["lr"] = top * (STEPS - step) / STEPS
                losses = []
                for (order, collate, rows), bench, head in zip(feeds, benches, heads, strict=True):
                    batch = collate([rows[i] for i in next(order)])
                    names = ("input_ids", "token_type_ids", "attention_mask")
                    encoded = encoder(**{name: batch[name] for name in names})
                    losses.append(bench.kind.loss(head(encoded, batch), batch))
                optimizer.zero_grad()
                torch.stack(losses).sum().backward()
                for name, m in mask.items():
                    matrices[name].grad.mul_(m)
                torch.nn.utils.clip_grad_norm_([*encoder.parameters(), *own], settings.clip)
                optimizer.step()
        alive = torch.cat([m.flatten() for m in mask.values()])
        sizes = torch.cat([w.detach().abs().flatten() for w in prunable(encoder).values()])
        chosen = torch.where(alive, sizes, -1.0).sort(descending=True, stable=True).indices
        flat = torch.zeros_like(alive)
        flat[chosen[: total - round(total * number / 10)]] = True
        parts = flat.split([m.numel() for m in mask.values()])
        mask = {name: part.view(m.shape) for (name, m), part in zip(mask.items(), parts, strict=True)}
        masks.append(mask)
    return masks


def test_summed_losses_equal_the_plain_loop(context, tiny_run):
    run = tiny_run("task=rte", "source=mlm+cola+squad", *SHORT)
    chain = run.mask.chain
    assert chain.tasks == "mlm+cola+squad" and chain.mix.loss == "summed"
    find_ticket(run.mask, context)
    for number, wanted in enumerate(plain_rounds(chain, context, 2), start=1):
        ours, _ = load_ticket(context.store.path(f"{chain.name}/round-{number:02d}") / TICKET)
        assert all(torch.equal(ours[name], m) for name, m in wanted.items()), f"round {number}"


def test_a_round_scores_every_task_of_the_mix(context, tiny_run):
    run = tiny_run("task=rte", "source=mlm+cola", *SHORT)
    find_ticket(run.mask, context)
    result = read_json(context.store.path(run.mask.name) / "result.json")
    assert result["metric"] == "accuracy"
    assert {"accuracy", "cola.matthews", "cola.accuracy", "cola.f1"} <= set(result["metrics"])


def test_each_task_has_its_own_loader_which_is_cycled(context, tiny_run):
    """40 rows in batches of 8 are five steps: nine of them begin a second epoch of each task."""
    run = tiny_run("task=rte", "source=mlm+cola", *SHORT)
    bench = Workbench(run.mask.chain.problem, context, run.mask.chain.mix)
    lengths = [len(part.splits.train) for part in bench.parts(bench._encoder, 0, None)]
    assert lengths == [40, 40] and bench.steps == STEPS > 40 / 8


def test_the_leading_task_says_how_it_is_trained(tiny_run):
    mlm, cola = (tiny_run("task=rte", f"source={source}").mask.chain for source in ("mlm+cola", "cola+mlm"))
    assert (mlm.problem.task.name, cola.problem.task.name) == ("mlm", "cola")
    assert mlm.name != cola.name


def test_a_sampled_step_is_of_one_task_drawn_by_its_own_generator():
    loaders = [list(range(100)), list(range(100, 200)), list(range(200, 300))]
    taken = [next(iter(step.items())) for step in MultiTaskLoader(loaders, [], 90, drawn_by=7)]
    again = [next(iter(step.items())) for step in MultiTaskLoader(loaders, [], 90, drawn_by=7)]
    other = [next(iter(step.items())) for step in MultiTaskLoader(loaders, [], 90, drawn_by=8)]
    assert taken == again != other
    counts = [sum(part == k for part, _ in taken) for k in range(3)]
    assert all(18 <= n <= 42 for n in counts), counts
    for k in range(3):
        assert [batch for part, batch in taken if part == k] == loaders[k][: counts[k]], "in the loader's order"
    assert all(len(step) == 1 for step in MultiTaskLoader(loaders, [], 5, drawn_by=7))
    assert all(set(step) == {0, 1, 2} for step in MultiTaskLoader(loaders, [], 5, drawn_by=None))


def test_sampling_is_another_chain_and_trains(context, tiny_run):
    summed, sampled = (tiny_run("task=rte", "source=mlm+cola", *SHORT, f"mix={how}") for how in ("summed", "sampled"))
    assert summed.mask.chain.name != sampled.mask.chain.name
    one, other = find_ticket(summed.mask, context), find_ticket(sampled.mask, context)
    assert any(not torch.equal(one[name], m) for name, m in other.items())


def test_how_a_mix_is_trained_says_nothing_where_there_is_none(tiny_run):
    assert tiny_run("task=rte", "mix=sampled") == tiny_run("task=rte", "mix=summed")


@pytest.mark.parametrize("rewind", ["0.4", "none"])
def test_a_mix_rewinds_encoder_and_all_heads(context, tiny_run, rewind, monkeypatch):
    asked, plain = [], Workbench.train
    monkeypatch.setattr(Workbench, "train", lambda *a, **k: asked.append(a[2]) or plain(*a, **k))
    run = tiny_run("task=rte", "source=mlm+cola", f"rewind={rewind}", *SHORT)
    find_ticket(run.mask, context)
    point = rewound_to(run.mask.rounds[0], context.store)
    assert len(point.heads) == 2
    second = asked[1]
    assert all(torch.equal(second.theta[name], value) for name, value in point.encoder.items())
    for given, kept in zip(second.gamma, point.heads, strict=True):
        assert given.keys() == kept.keys() and all(torch.equal(given[name], kept[name]) for name in kept)
    assert "out.weight" in second.gamma[1]
