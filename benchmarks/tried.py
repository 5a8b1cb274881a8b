"""Ways to make a pocket step faster that were tried and are not used: python benchmarks/tried.py

Milliseconds of the processor, on one thread, for a training step of the pocket network with two labels: forward,
backward, clipping and AdamW on 32 texts of one length, without pruning and without Lightning. The median of 30 steps.

- plain: PyTorch's fused AdamW
- flat: all parameters, and all gradients, are views of one tensor, so that clipping and AdamW see a single one
- compiled: `torch.compile(dynamic=True)`; the first step of all, with the compilation, is printed in seconds
- side by side: three trainings in one, by `torch.func.vmap` of the gradient; divided by three

Before that: how many first rounds of the whole paper differ from that of another search in rewinding only. One training
would do for both.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import torch
from command_line import run
from torch.func import functional_call, grad, stack_module_state, vmap
from torch.nn.utils import clip_grad_norm_
from transformers import AutoModelForSequenceClassification
from transformers.utils import logging

from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.pocket import MODEL_DIR
from lightning_tickets.tickets.spec import TicketMask

LENGTHS, TEXTS, STEPS, WARM, SEEDS = (12, 24, 40), 32, 30, 8, 3
Step = Callable[[], object]


def network() -> Any:
    return AutoModelForSequenceClassification.from_pretrained(MODEL_DIR, num_labels=2).train()


def inputs(length: int, *shape: int) -> dict[str, torch.Tensor]:
    ids = torch.randint(5, 200, (*shape, TEXTS, length))
    return {"input_ids": ids, "labels": torch.randint(0, 2, (*shape, TEXTS))}


def stepping(forward: Any, parameters: Iterable[torch.Tensor], length: int) -> Step:
    trained, batch = list(parameters), inputs(length)
    optimizer = torch.optim.AdamW(trained, fused=True)

    def step() -> None:
        forward(**batch).loss.backward()
        clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=len(trained) > 1)  # the views of a flat gradient stay

    return step


def flat(model: Any) -> torch.Tensor:
    """The one tensor that the parameters of the model are views of from now on."""
    whole = torch.cat([p.detach().flatten() for p in model.parameters()]).requires_grad_()
    whole.grad, start = torch.zeros_like(whole), 0
    for p in model.parameters():
        part = slice(start, start + p.numel())
        p.data, p.grad = whole.data[part].view_as(p), whole.grad[part].view_as(p)
        start += p.numel()
    return whole


def side_by_side(length: int) -> Step:
    """Each training is clipped by its own norm."""
    models = [network() for _ in range(SEEDS)]
    stacked, _ = stack_module_state(models)
    trained = {name: p.detach().requires_grad_() for name, p in stacked.items()}
    optimizer, batch = torch.optim.AdamW(trained.values(), fused=True), inputs(length, SEEDS)
    gradient = vmap(grad(lambda p, one: functional_call(models[0], p, (), one).loss), randomness="different")

    def step() -> None:
        found = gradient({name: p.detach() for name, p in trained.items()}, batch)
        norms = torch.stack([g.flatten(1).norm(dim=1) for g in found.values()]).norm(dim=0)
        share = (1 / (norms + 1e-6)).clamp(max=1)
        for name, g in found.items():
            trained[name].grad = g * share.view(-1, *[1] * (g.dim() - 1))
        optimizer.step()

    return step


def timed(step: Step) -> float:
    """Milliseconds of the processor."""
    for _ in range(WARM):
        step()
    times = []
    for _ in range(STEPS):
        began = time.process_time()
        step()
        times.append(time.process_time() - began)
    return 1000 * statistics.median(times)


def shared_first_rounds() -> str:
    """A search that prunes before its first training has another first round."""
    plan = parse_sweep(["experiment=paper"], assume_published=True).plan
    searches = {job.target.search for job in plan.jobs if isinstance(job.target, TicketMask)}
    alike = Counter(replace(one, rewind=0.0, rewinds="weights", head="rewound") for one in searches)
    return f"{sum(alike.values()) - len(alike)} first rounds of {plan.trainings()} trainings"


def main(_: list[str]) -> None:
    torch.set_num_threads(1)
    print("could be shared:", shared_first_rounds())
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    compiled = network()
    forward = torch.compile(compiled, dynamic=True)
    began = time.process_time()
    stepping(forward, compiled.parameters(), LENGTHS[0])()
    print(f"compilation {time.process_time() - began:.0f} s")
    for length in LENGTHS:
        plain, one = network(), network()
        steps = {
            "plain": stepping(plain, plain.parameters(), length),
            "flat": stepping(one, [flat(one)], length),
            "compiled": stepping(forward, compiled.parameters(), length),
            "side by side": side_by_side(length),
            "plain again": stepping(plain, plain.parameters(), length),
        }
        found = {name: timed(step) / (SEEDS if name == "side by side" else 1) for name, step in steps.items()}
        print(f"{length} tokens: " + ", ".join(f"{name} {ms:.1f}" for name, ms in found.items()), flush=True)


if __name__ == "__main__":
    run(main)
