"""One training from given weights under a given mask, and its score on the development set."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytorch_lightning as lightning
import torch
from pytorch_lightning.loggers import Logger
from torch.utils.data import DataLoader

from lightning_tickets.data.cache import Examples
from lightning_tickets.models.encoder import seeded
from lightning_tickets.seeds import derive
from lightning_tickets.tasks.batches import Batch, Example, TrainingOrder, evaluation_order
from lightning_tickets.tasks.kind import Kind, Score
from lightning_tickets.training.module import TaskModule, evaluate
from lightning_tickets.training.settings import Hardware, Training

EVALUATION_BATCH = 128
EVALUATION_TOKENS = 128 * 128  # of a padded batch: what bounds memory on long texts
LOG_EVERY = 10
for chatty in ("pytorch_lightning", "lightning_fabric"):
    logging.getLogger(chatty).setLevel(logging.ERROR)
warnings.filterwarnings("ignore", module="pytorch_lightning")
warnings.filterwarnings("ignore", message=".*isinstance\\(treespec, LeafSpec\\).*")


@dataclass(frozen=True)
class Splits:
    """Tokenised examples to train and to score on; ``further`` are scored too, by the name of their metric."""

    train: Examples
    dev: Examples
    further: Mapping[str, Examples] = field(default_factory=dict)


class Collate:
    """Batches with what is drawn for them; the generator is the collator's own, in the order of the batches."""

    def __init__(self, kind: Kind, seed: int) -> None:
        self.kind, self.generator = kind, torch.Generator().manual_seed(seed)

    def __call__(self, examples: Sequence[Example]) -> Batch:
        seed = int(torch.randint(2**62, (1,), generator=self.generator))
        return self.kind.collate(examples, seed)


def fit(
    encoder: Any,
    head: Any,
    kind: Kind,
    splits: Splits,
    settings: Training,
    seeds: tuple[int, int],
    callbacks: Sequence[lightning.Callback],
    hardware: Hardware,
    logger: Logger | None = None,
    begin: int = 0,
) -> Score:
    """Train ``encoder`` and ``head`` in place; ``seeds`` are the run's seed and the round's number.

    The last step counts, no step is picked (reference, table 1). A training that begins at step ``begin`` has the steps
    that are left, at the rates that belong to them, with a new optimiser.
    """
    seed, number = seeds
    torch.set_num_threads(settings.threads)
    torch.set_flush_denormal(True)
    steps = settings.total_steps(len(splits.train))
    if hardware.recompute_from is not None and settings.batch_size * settings.max_length > hardware.recompute_from:
        _recompute(encoder)
    module = TaskModule(encoder.train(), head.train(), kind, settings, steps, begin)
    order = TrainingOrder(
        splits.train.lengths, settings.batch_size, steps - begin, settings.pool, derive(seed, "order", number)
    )
    loader: DataLoader[Any] = DataLoader(
        splits.train,  # type: ignore[arg-type]
        batch_sampler=order,
        collate_fn=Collate(kind, derive(seed, "corruption", number)),
        generator=torch.Generator(),  # of the loader's own, or else it draws from dropout's
    )
    with seeded(derive(seed, "dropout", number)):
        trainer = _trainer(settings, hardware, steps, logger, callbacks)
        trainer.fit(module, loader)
    module.to(trainer.strategy.root_device)  # where the fit has left it on the CPU
    score = _scored(module, splits)
    if logger is not None:
        logger.log_metrics({f"dev/{name}": value for name, value in score.metrics.items()}, step=steps)
        logger.save()
    return score


def _recompute(encoder: Any) -> None:
    """Layer by layer, with dropout's generator as it was in the forward pass; not every architecture can."""
    if encoder.supports_gradient_checkpointing:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            encoder.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})


def _scored(module: TaskModule, splits: Splits) -> Score:
    """On the development set; of further splits the kind's first metric, under the name that they give it."""
    score = _score(module, splits.dev)
    for name, examples in splits.further.items():
        score = score.beside(name, _score(module, examples), module.kind.metrics[0])
    return score


def _score(module: TaskModule, examples: Examples) -> Score:
    return evaluate(module, examples, evaluation_order(examples.lengths, EVALUATION_BATCH, EVALUATION_TOKENS))


def _trainer(
    settings: Training, hardware: Hardware, steps: int, logger: Logger | None, callbacks: Sequence[lightning.Callback]
) -> lightning.Trainer:
    return lightning.Trainer(
        accelerator=hardware.accelerator,
        devices=1,
        precision=settings.precision,  # type: ignore[arg-type]
        max_epochs=1,  # the order of batches is as long as the training
        gradient_clip_val=settings.clip,
        callbacks=list(callbacks),
        logger=logger or False,
        log_every_n_steps=min(LOG_EVERY, steps),
        enable_progress_bar=hardware.progress,
        enable_model_summary=False,
        enable_checkpointing=False,
        num_sanity_val_steps=0,
        use_distributed_sampler=False,
    )
