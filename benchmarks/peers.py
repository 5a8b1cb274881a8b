"""A training step of this suite and of what people would use instead, on tasks' own texts, all in one run.

    python benchmarks/peers.py task=cola,rte scale=small data=local data.root=DATA model=local model.path=MODEL

Processor seconds of a step on one thread, since the machine may be shared; with trainer=gpu seconds. The median of
windows of steps, the sides in turn. `sides=released;trainer` names some of them. `out=FILE` writes JSON; everything
else is an override for all sides. Not for masked LM.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytorch_lightning as lightning
import torch
from command_line import run, told
from pytorch_lightning.callbacks import ModelPruning
from released_way import labelled, network, seconds_a_step
from throughput import Clock, Windows, measure
from torch import nn
from torch.nn.utils import prune
from transformers import Trainer, TrainerCallback, TrainingArguments

from lightning_tickets.composition import data_and_model
from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.single import run_of
from lightning_tickets.tasks.batches import Batch, TrainingOrder
from lightning_tickets.tickets.examples import load_splits
from lightning_tickets.training.machine import machine_name

CUDA = torch.cuda.is_available()
CLOCK = time.perf_counter if CUDA else time.process_time
WINDOW, WINDOWS, REPEATS = (10, 2, 1) if CUDA else (5, 2, 2)
STEPS = WINDOW * (WINDOWS + 1)
PLAIN = ["training.pool=1", "training.packed=false", "training.unread=compute"]
SKIP = "training.unread=skip"
SIDES: dict[str, Callable[[list[str]], list[float]]] = {
    "released": lambda o: [seconds_a_step(o, CLOCK, WINDOW, WINDOWS)],
    "trainer": lambda o: in_trainer(o, "random"),
    "trainer, by length": lambda o: in_trainer(o, "group_by_length"),
    "lightning": lambda o: in_lightning(o),
    "ours, padded": lambda o: ours(*o, *PLAIN),
    "ours, padded, unread skipped": lambda o: ours(*o, *PLAIN[:2], SKIP),
    "ours, sorted, unread skipped": lambda o: ours(*o, "training.pool=50", "training.packed=false", SKIP),
    "ours, packed, unread skipped": lambda o: ours(*o, "training.pool=1", "training.packed=true", SKIP),
}


def main(arguments: list[str]) -> None:
    tasks, out = told(arguments, "task=") or "cola,sst2,stsb,rte", told(arguments, "out=")
    further = [a for a in arguments if not a.startswith(("task=", "out=", "sides="))]
    sides = told(arguments, "sides=").split(";") if told(arguments, "sides=") else list(SIDES)
    measured = {}
    for task in tasks.split(","):
        overrides = [f"task={task}", "training.threads=1", "data.dev_limit=64", *further]
        windows: dict[str, list[float]] = {name: [] for name in sides}
        for name in sides * REPEATS:
            windows[name] += SIDES[name](overrides)
        measured[task] = {name: statistics.median(seconds) for name, seconds in windows.items()}
        measured[task]["share of real tokens"] = share_of_tokens(overrides)
        print(task, {name: round(value, 4) for name, value in measured[task].items()}, flush=True)
        if out:
            record = {
                "machine": machine_name("gpu" if CUDA else "cpu"),
                "torch": torch.__version__,
                "seconds": measured,
            }
            Path(out).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    print(table(measured))


def table(measured: dict[str, dict[str, float]]) -> str:
    """How many times as fast as the released way each side is, and the geometric mean over tasks."""
    lines = [f"| | {' | '.join(measured)} | geometric mean |", "| --- |" + " ---: |" * (len(measured) + 1)]
    for name in (side for side in SIDES if side in next(iter(measured.values()))):
        ratios = [of["released"] / of[name] for of in measured.values()]
        cells = [f"{ratio:.2f}" for ratio in (*ratios, statistics.geometric_mean(ratios))]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def ours(*overrides: str) -> list[float]:
    return [measure([*overrides], windows=WINDOWS, clock=CLOCK).seconds]


def share_of_tokens(overrides: list[str]) -> float:
    """Of the tokens that a batch has when it is padded to the maximal length."""
    problem, _, splits, _ = loaded(overrides)
    return statistics.fmean(splits.train.lengths) / problem.training.max_length


def loaded(overrides: list[str]) -> tuple[Any, Any, Any, Path]:
    """The problem, its kind, its tokenised examples and the network's folder; torch as it begins, on one thread."""
    config = compose_config(overrides)
    problem, folder = run_of(config).problem, data_and_model.model_folder(config)
    kind, splits = load_splits(problem, data_and_model.data_source(config), folder, Path(tempfile.gettempdir()))
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(False)
    return problem, kind, splits, folder.path


def pruned(kind: Any, path: Path) -> Any:
    """The network with half of each matrix pruned by torch.nn.utils.prune."""
    model = network(kind, path)
    prune_half(model)
    return model


def prune_half(model: Any) -> None:
    for matrix, name in matrices(model):
        prune.l1_unstructured(matrix, name, amount=0.5)


def matrices(model: Any) -> list[tuple[nn.Module, str]]:
    return [(module, "weight") for module in model.base_model.modules() if isinstance(module, nn.Linear)]


class TrainerClock(TrainerCallback):
    def __init__(self, windows: Windows) -> None:
        self.windows = windows

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.windows.step(state.global_step)


def in_trainer(overrides: list[str], sampling: str) -> list[float]:
    problem, kind, splits, path = loaded(overrides)
    windows, training = Windows(CLOCK, WINDOW), problem.training
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            max_steps=STEPS,
            per_device_train_batch_size=training.batch_size,
            learning_rate=training.learning_rate,
            train_sampling_strategy=sampling,
            use_cpu=not CUDA,
            report_to="none",
            save_strategy="no",
            disable_tqdm=True,
            remove_unused_columns=False,
        )
        Trainer(
            pruned(kind, path),
            arguments,
            data_collator=lambda examples: labelled(kind, examples),
            train_dataset=[splits.train[i] for i in range(len(splits.train))],
            callbacks=[TrainerClock(windows)],
        ).train()
    return windows.seconds


class Plain(lightning.LightningModule):
    def __init__(self, model: Any, rate: float) -> None:
        super().__init__()
        self.model, self.rate = model, rate

    def on_train_start(self) -> None:
        prune_half(self.model)  # ModelPruning itself prunes after an epoch

    def training_step(self, batch: Batch) -> Any:
        return self.model(**batch).loss

    def configure_optimizers(self) -> Any:
        return torch.optim.AdamW(self.parameters(), lr=self.rate)


def in_lightning(overrides: list[str]) -> list[float]:
    problem, kind, splits, path = loaded(overrides)
    training, windows = problem.training, Windows(CLOCK, WINDOW)
    order = TrainingOrder(splits.train.lengths, training.batch_size, STEPS, 1, 0)
    batches = torch.utils.data.DataLoader(splits.train, batch_sampler=order, collate_fn=lambda e: labelled(kind, e))
    model = network(kind, path)
    trainer = lightning.Trainer(
        accelerator="gpu" if CUDA else "cpu",
        max_steps=STEPS,
        gradient_clip_val=training.clip,
        callbacks=[ModelPruning("l1_unstructured", matrices(model), amount=0.5), Clock(windows)],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(Plain(model, training.learning_rate), batches)
    return windows.seconds


if __name__ == "__main__":
    run(main)
