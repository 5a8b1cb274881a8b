"""One training from given weights under a given mask, and its score on the development set."""

import logging
import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytorch_lightning as lightning
import torch
from lightning_fabric.plugins.environments.lightning import LightningEnvironment
from lightning_fabric.plugins.environments.torchelastic import TorchElasticEnvironment
from pytorch_lightning.loggers import Logger

from lightning_tickets.models.encoder import seeded
from lightning_tickets.models.read_rows import only_read
from lightning_tickets.runs.world import local_world_size, rank, world_size
from lightning_tickets.seeds import derive
from lightning_tickets.tasks.kind import Score
from lightning_tickets.training.checkpoint import Checkpoint
from lightning_tickets.training.config import HELD_OUT, Hardware, StepRange, Training, held_out
from lightning_tickets.training.datamodule import TaskDataModule
from lightning_tickets.training.divergence import DivergenceCheck
from lightning_tickets.training.loaders import TaskData, words_read
from lightning_tickets.training.module import TaskModule
from lightning_tickets.training.step_metrics import StepMetrics

LOG_EVERY = 10
for chatty in ("pytorch_lightning", "lightning_fabric"):
    logging.getLogger(chatty).setLevel(logging.ERROR)
warnings.filterwarnings("ignore", module="pytorch_lightning")
warnings.filterwarnings("ignore", module="lightning_fabric")
warnings.filterwarnings("ignore", message=".*isinstance\\(treespec, LeafSpec\\).*")


def fit(
    encoder: Any,
    parts: Sequence[TaskData],
    course: StepRange,
    sampled: bool,
    seeds: tuple[int, int],
    callbacks: Sequence[lightning.Callback],
    hardware: Hardware,
    logger: Logger | None,
    checkpoint: Checkpoint,
) -> list[Score]:
    """Train ``encoder`` and the parts' heads in place; ``seeds`` are the run's seed and the round's number.

    The first part's settings are those of the training; the last step counts, no step is picked (the paper, table 1).
    With ``sampled`` each step trains one of the parts instead of all. The training goes on from the latest checkpoint.
    Returns a score for each part; Diverged if a loss, weight or prediction is not finite.
    """
    seed, number = seeds
    settings, steps = parts[0].settings, course.steps - course.begin
    compute_as(settings)
    largest = max(part.settings.batch_size * part.settings.max_length for part in parts)  # tokens of a padded batch
    if hardware.recompute_from is not None and largest > hardware.recompute_from:
        _recompute(encoder)
    for part in parts:
        part.head.train()
    module = TaskModule(encoder.train(), parts, settings, course)
    data = TaskDataModule(parts, steps, sampled, seeds)
    metrics = [StepMetrics(course.begin, min(LOG_EVERY, steps))] if logger else []
    words = words_read(parts) if settings.unread == "skip" else None
    reading = nullcontext() if words is None else only_read(encoder, torch.tensor(words))
    with checkpoint.listening():
        with seeded(derive(seed, "dropout", number, *([rank()] if rank() else []))), reading:
            callbacks = [DivergenceCheck(), *callbacks, *metrics, checkpoint]
            trainer = _trainer(settings, hardware, logger, callbacks, checkpoint.folder)
            trainer.fit(module, data.train_dataloader(), ckpt_path=checkpoint.latest(), weights_only=True)
        trainer.validate(module, datamodule=data, verbose=False)
    return [_together(data, module.scores, number) for number in range(len(parts))]


def compute_as(settings: Training) -> None:
    """Threads and precision of this process, on which the last digits depend."""
    torch.set_num_threads(settings.threads)
    torch.set_flush_denormal(True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # half a GPU's kernels
    torch.set_float32_matmul_precision("high" if settings.matmul == "tf32" else "highest")


def _recompute(encoder: Any) -> None:
    """Layer by layer, with dropout's generator as it was in the forward pass; not every architecture can."""
    if encoder.supports_gradient_checkpointing:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            encoder.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})


def _together(data: TaskDataModule, scores: Sequence[Score], task: int) -> Score:
    """A task's score on dev; of further splits the kind's first metric, under the name that they give it.

    On what is held out every one of these metrics, by its name with ``held_out.`` before it.
    """
    first = data.kinds[task].metrics[0]
    by_name = {split.name: score for split, score in zip(data.scored, scores, strict=True) if split.task == task}
    whole, apart = by_name.pop(None), by_name.pop(HELD_OUT, None)
    for name, score in by_name.items():
        whole = whole.with_metric(str(name), score, first)
    if apart is not None:
        for name in whole.metrics:
            whole = whole.with_metric(held_out(name), apart, name if name in apart.metrics else first)
    return whole


def _trainer(
    settings: Training,
    hardware: Hardware,
    logger: Logger | None,
    callbacks: Sequence[lightning.Callback],
    folder: Path,
) -> lightning.Trainer:
    # Not what Lightning would make of a Slurm job: who has launched a training also launches it again.
    environment = LightningEnvironment() if world_size() == 1 else TorchElasticEnvironment()
    trainer = lightning.Trainer(
        accelerator=hardware.accelerator,
        strategy="auto" if world_size() == 1 else "ddp_find_unused_parameters_true",  # a mix's heads take turns
        devices=local_world_size(),
        num_nodes=world_size() // local_world_size(),
        deterministic=hardware.deterministic,
        default_root_dir=folder,
        plugins=[environment],
        precision=settings.precision,  # type: ignore[arg-type]
        max_epochs=1,  # the order of batches is as long as the training
        gradient_clip_val=settings.clip,
        callbacks=list(callbacks),
        logger=logger or False,
        enable_progress_bar=False,
        enable_model_summary=False,
        enable_checkpointing=False,
        num_sanity_val_steps=0,
        use_distributed_sampler=False,
    )
    # Its handler of SIGTERM ends the training before it is in a checkpoint, or waits for the other processes for ever.
    trainer._signal_connector.register_signal_handlers = lambda: None  # type: ignore[method-assign]
    return trainer
