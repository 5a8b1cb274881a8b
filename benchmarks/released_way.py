"""A training step the way the paper's released code takes it: static padding, torch's pruning, a plain loop.

    python benchmarks/released_way.py [task=cola …]

Texts are padded to the maximal length; every matrix is pruned by torch.nn.utils.prune, which multiplies weight and mask
in each forward pass; the loss is read in each step. Not for masked LM.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from command_line import run, told
from throughput import WINDOW, WINDOWS, Windows
from torch import nn
from torch.nn.utils import clip_grad_norm_, prune
from transformers import AutoModelForQuestionAnswering, AutoModelForSequenceClassification

from lightning_tickets.composition import data_and_model, settings
from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.single import run_of
from lightning_tickets.tasks.batches import INPUTS, Batch
from lightning_tickets.tickets.examples import load_splits

LABELS = {"label": "labels", "start": "start_positions", "end": "end_positions"}


def main(arguments: list[str]) -> None:
    for task in (told(arguments, "task=") or "cola").split(","):
        seconds = seconds_a_step([f"task={task}", *(a for a in arguments if not a.startswith("task="))])
        print(f"{task:8s} {seconds:.4f} seconds a step the released way")


def seconds_a_step(
    overrides: list[str], clock: Callable[[], float] = time.perf_counter, size: int = WINDOW, windows: int = WINDOWS
) -> float:
    """The median of windows of ``size`` steps, after a first window."""
    config = compose_config(["data.dev_limit=64", *overrides])
    problem, folder = run_of(config).problem, data_and_model.model_folder(config)
    kind, splits = load_splits(problem, data_and_model.data_source(config), folder, Path(tempfile.gettempdir()))
    device = torch.device("cuda" if settings.hardware(config, single=False).accelerator == "gpu" else "cpu")
    training = problem.training
    torch.set_num_threads(training.threads)
    torch.use_deterministic_algorithms(False)
    torch.set_float32_matmul_precision("highest")
    model = network(kind, folder.path).to(device)
    for module in model.base_model.modules():
        if isinstance(module, nn.Linear):
            prune.l1_unstructured(module, "weight", amount=0.5)
    optimizer = torch.optim.AdamW(model.parameters(), lr=training.learning_rate)
    order = torch.randperm(len(splits.train), generator=torch.Generator().manual_seed(0)).tolist()
    timed = Windows(clock, size)
    for step in range(size * (windows + 1)):
        first = step * training.batch_size % (len(order) - training.batch_size)
        chosen = [splits.train[i] for i in order[first : first + training.batch_size]]
        batch = {name: value.to(device) for name, value in labelled(kind, chosen).items()}
        padded = {name: static(batch[name], training.max_length) for name in INPUTS if name in batch}
        loss = model(**batch | padded).loss
        loss.backward()
        loss.item()
        clip_grad_norm_(model.parameters(), training.clip)
        optimizer.step()
        model.zero_grad()
        timed.step(step + 1)
    return statistics.median(timed.seconds)


def network(kind: Any, path: Path) -> Any:
    """As transformers has it for the kind of task, to be trained."""
    if kind.head == "tokens":
        return AutoModelForQuestionAnswering.from_pretrained(path).train()
    return AutoModelForSequenceClassification.from_pretrained(path, num_labels=kind.outputs).train()


def labelled(kind: Any, examples: Sequence[Any]) -> Batch:
    """A padded batch with the labels as transformers' models take them."""
    batch = kind.collate(examples, 0)
    labels = {told: batch[own] for own, told in LABELS.items() if own in batch}
    return {name: batch[name] for name in INPUTS if name in batch} | labels


def static(values: torch.Tensor, width: int) -> torch.Tensor:
    return torch.nn.functional.pad(values, (0, width - values.shape[1]))


if __name__ == "__main__":
    run(main)
