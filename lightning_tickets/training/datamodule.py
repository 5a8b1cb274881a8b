"""The LightningDataModule of tasks that are trained together: the batches to train on, the splits to score."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytorch_lightning as lightning
import torch
from torch.utils.data import DataLoader

from lightning_tickets.data.cache import Examples
from lightning_tickets.runs.world import rank, world_size
from lightning_tickets.seeds import derive
from lightning_tickets.tasks.batches import Batch, Example, evaluation_order
from lightning_tickets.training.config import HELD_OUT
from lightning_tickets.training.loaders import MultiTaskLoader, TaskData, batches_of

EVALUATION_BATCH = 128
EVALUATION_TOKENS = 128 * 128  # of a padded batch: what bounds memory on long texts


@dataclass(frozen=True)
class ScoredSplit:
    """A split of the task of that number; ``batches`` are of the examples' indices, those of this process.

    ``shared`` are divided among several processes. Without a ``name`` it is the development set.
    """

    task: int
    name: str | None
    examples: Examples
    batches: list[list[int]]
    shared: bool


class TaskDataModule(lightning.LightningDataModule):
    """Every batch is by the number of its task: ``{0: {"input_ids": (batch, width), …}}``."""

    def __init__(self, parts: Sequence[TaskData], steps: int, sampled: bool, seeds: tuple[int, int]) -> None:
        """``seeds`` are the run's and the round's number; with ``sampled`` each step has a batch of one task only."""
        super().__init__()
        seed, number = seeds
        self.parts, self.kinds = parts, [part.kind for part in parts]
        self._loaders = [batches_of(part, steps, seed, (number, k) if k else (number,)) for k, part in enumerate(parts)]
        self._train = MultiTaskLoader(
            self._loaders, self.kinds, steps, derive(seed, "mix", number) if sampled else None
        )
        self.scored = [split for k, part in enumerate(parts) for split in _scored(k, part)]

    def train_dataloader(self) -> MultiTaskLoader:
        return self._train

    def val_dataloader(self) -> list[DataLoader[Any]]:
        """A loader for each of ``scored``. They consume no generator of the training's.

        Unless a kind draws when it is scored (docs/explanation/method.md, row 10): then it draws on after the training.
        """
        return [self._scoring(split) for split in self.scored]

    def _scoring(self, split: ScoredSplit) -> DataLoader[Any]:
        kind, drawn = self.kinds[split.task], self._loaders[split.task].collate_fn

        def collate(examples: list[Example]) -> dict[int, Batch]:
            return {split.task: drawn(examples) if kind.draws_when_scored else kind.collate(examples, None)}

        return DataLoader(
            split.examples,  # type: ignore[arg-type]
            batch_sampler=split.batches,
            collate_fn=collate,
            generator=torch.Generator(),
        )


def _scored(number: int, part: TaskData) -> Iterator[ScoredSplit]:
    """The development set, further ones by the name of their metric, and what is held out of train."""
    apart, shared = part.splits.held_out, not part.kind.draws_when_scored
    splits = [(None, part.splits.dev), *part.splits.further.items(), *([(HELD_OUT, apart)] if apart else [])]
    for name, examples in splits:
        order = evaluation_order(examples.lengths, EVALUATION_BATCH, EVALUATION_TOKENS)
        own = (order[rank() :: world_size()] or order[:1]) if shared else order  # Lightning wants one batch at least
        yield ScoredSplit(number, name, examples, own, shared)
