"""Tasks that are trained together on one encoder, and the loader of their batches; most trainings have one task."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader

from lightning_tickets.data.cache import Examples
from lightning_tickets.runs.world import world_size
from lightning_tickets.seeds import derive
from lightning_tickets.tasks.batches import Batch, Example, TrainingOrder
from lightning_tickets.tasks.kind import Columns, Kind
from lightning_tickets.tasks.span import Span
from lightning_tickets.tasks.text import TextPairs
from lightning_tickets.training.config import Training
from lightning_tickets.training.distributed import shard_batch

PUT_NO_WORD_IN = (TextPairs.collate, Span.collate)


@dataclass(frozen=True)
class Splits:
    """Tokenised examples to train and to score on; ``further`` are scored too, by the name of their metric.

    ``held_out`` are of train and not trained on, scored by every metric.
    """

    train: Examples
    dev: Examples
    further: Mapping[str, Examples] = field(default_factory=dict)
    held_out: Examples | None = None


@dataclass(frozen=True)
class TaskData:
    """A task of a training: what reads and scores it, its head γ, its examples, and the size of its batches.

    ``metrics`` are further ones than the kind's own.
    """

    kind: Kind
    head: nn.Module
    splits: Splits
    settings: Training
    metrics: Mapping[str, Callable[[Columns], float]] = field(default_factory=dict)


def words_read(parts: Sequence[TaskData]) -> list[int] | None:
    """The numbers of the words in the texts that are trained on; None for all, where masked LM may put in any.

    So may a ``collate`` that is not the suite's.
    """
    if any(part.kind.head == "vocabulary" or type(part.kind).collate not in PUT_NO_WORD_IN for part in parts):
        return None
    return sorted(set().union(*(part.splits.train.words for part in parts)))


class Collate:
    """Batches with what is drawn for them; the generator is the collator's own, in the order of the batches."""

    def __init__(self, kind: Kind, seed: int) -> None:
        self.kind, self.generator = kind, torch.Generator().manual_seed(seed)

    def __call__(self, examples: Sequence[Example]) -> Batch:
        seed = int(torch.randint(2**62, (1,), generator=self.generator))
        return self.kind.collate(examples, seed)


def batches_of(part: TaskData, steps: int, seed: int, numbers: Sequence[int]) -> DataLoader[Any]:
    """As many batches as there are steps, ``numbers`` are the round's, and the task's within a mix."""
    train, settings = part.splits.train, part.settings
    order = TrainingOrder(train.lengths, settings.batch_size, steps, settings.pool, derive(seed, "order", *numbers))
    return DataLoader(
        train,  # type: ignore[arg-type]
        batch_sampler=order,
        collate_fn=Collate(part.kind, derive(seed, "corruption", *numbers)),
        generator=torch.Generator(),  # of the loader's own, or else it draws from dropout's
    )


class MultiTaskLoader:
    """What each step trains on: a batch of every task, by its number; or of one, drawn by a seed of its own."""

    def __init__(
        self, loaders: Sequence[DataLoader[Any]], kinds: Sequence[Kind], steps: int, drawn_by: int | None
    ) -> None:
        self.loaders, self.kinds, self.steps, self.drawn_by = loaders, kinds, steps, drawn_by
        self.given, self._skipped = 0, 0

    def __len__(self) -> int:
        return self.steps

    def __iter__(self) -> Iterator[dict[int, Batch]]:
        left, everyone = [iter(loader) for loader in self.loaders], list(range(len(self.loaders)))
        generator = torch.Generator().manual_seed(self.drawn_by or 0)
        for step in range(self.steps):
            one = everyone if self.drawn_by is None else torch.randint(len(left), (1,), generator=generator).tolist()
            batch = {number: self._own(number, next(left[number])) for number in one}
            if step >= self._skipped:
                self.given = step + 1
                yield batch

    def _own(self, number: int, batch: Batch) -> Batch:
        """Of several processes each takes its rows of every batch, which is the one that a process alone would take."""
        return batch if world_size() == 1 else shard_batch(batch, self.kinds[number].terms)

    def state_dict(self) -> dict[str, int]:
        """How many batches have been given."""
        return {"given": self.given}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Those that have been given are drawn again, so that every generator is where it was, and not given.

        If none is left they are drawn here, for then Lightning never asks for a batch.
        """
        self._skipped = state["given"]
        if self._skipped == self.steps:
            next(iter(self), None)
