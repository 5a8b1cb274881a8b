"""Rounds of pruning in a plain loop over the engine's batches, without Lightning, callbacks or snapshots."""

import copy

import torch

from lightning_tickets.models.encoder import prunable, seeded
from lightning_tickets.models.heads import make_head
from lightning_tickets.pruning.mask import apply_, size
from lightning_tickets.seeds import derive
from lightning_tickets.tasks.batches import TrainingOrder
from lightning_tickets.training.loaders import Collate
from tests.checks import largest_by_sorting


class PlainLoop:
    """One encoder under the heads of one task or several, whose losses are summed."""

    def __init__(self, benches, folder, seed):
        self.benches, self.seed, self.settings = benches, seed, benches[0].problem.training
        self.encoder = copy.deepcopy(benches[0]._encoder)
        seeds = [derive(seed, "head", *([k] if k else [])) for k in range(len(benches))]
        self.heads = [make_head(b.kind, self.encoder, folder, s) for b, s in zip(benches, seeds, strict=True)]

    def rate(self, step):
        """The share of the learning rate."""
        steps, ramp = self.settings.steps, round(self.settings.warmup * self.settings.steps)
        return (step + 1) / ramp if step < ramp else (steps - step) / (steps - ramp)

    def batches(self, number, k, steps):
        """Those of task ``k`` in round ``number``."""
        bench, numbers = self.benches[k], (number, k) if k else (number,)
        rows, settings = bench.splits.train, bench.problem.training
        drawn_by = derive(self.seed, "order", *numbers)
        collate = Collate(bench.kind, derive(self.seed, "corruption", *numbers))
        for chosen in TrainingOrder(rows.lengths, settings.batch_size, steps, settings.pool, drawn_by):
            yield collate([rows[i] for i in chosen])

    def train(self, mask, number, begin=0, end=None):
        """Steps ``begin`` to ``end`` of round ``number`` under the mask, with a new optimiser."""
        settings, matrices = self.settings, prunable(self.encoder)
        apply_({name: w.data for name, w in matrices.items()}, mask)
        shared = {id(p) for p in self.encoder.parameters()}
        own = [p for head in self.heads for p in head.parameters() if id(p) not in shared]
        tops = [settings.learning_rate, settings.head_learning_rate]
        groups, betas = [{"params": [*self.encoder.parameters()]}, {"params": own}], (settings.beta1, settings.beta2)
        optimizer = torch.optim.AdamW(groups, betas=betas, eps=settings.epsilon, weight_decay=0.0, fused=True)
        feeds = zip(*(self.batches(number, k, settings.steps - begin) for k in range(len(self.heads))), strict=True)
        self.encoder.train()
        for head in self.heads:
            head.train()
        with seeded(derive(self.seed, "dropout", number)):
            for step, batches in zip(range(begin, end or settings.steps), feeds, strict=False):
                for group, top in zip(optimizer.param_groups, tops, strict=True):
                    group["lr"] = top * self.rate(step)
                losses = []
                for batch, bench, head in zip(batches, self.benches, self.heads, strict=True):
                    inputs = {name: batch[name] for name in ("input_ids", "token_type_ids", "attention_mask")}
                    losses.append(bench.kind.loss(head(self.encoder(**inputs), batch), batch))
                optimizer.zero_grad()
                torch.stack(losses).sum().backward()
                for name, m in mask.items():
                    if matrices[name].grad is not None:
                        matrices[name].grad.mul_(m)
                torch.nn.utils.clip_grad_norm_([*self.encoder.parameters(), *own], settings.clip)
                optimizer.step()

    def prune(self, mask, number):
        """The largest weights that the mask keeps: a tenth fewer of all with each round."""
        matrices = prunable(self.encoder)
        return largest_by_sorting(matrices, mask, size(matrices) - round(size(matrices) * number / 10))
