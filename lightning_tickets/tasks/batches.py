"""From tokenised examples to padded batches, in an order that only its own generator decides."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Sampler

Row = Mapping[str, Any]
Example = dict[str, Any]
Batch = dict[str, Tensor]
INPUTS = ("input_ids", "token_type_ids", "attention_mask")
PORTION = 1000
IGNORED = -100  # in ``asked`` of masked LM, where a token is not asked


def portions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """So many rows at a time as a tokenizer takes well."""
    left = iter(rows)
    while portion := list(islice(left, PORTION)):
        yield portion


def pad(examples: Sequence[Example], pad_id: int) -> Batch:
    """The encoder's inputs, each (batch, longest of the batch); token types only where the tokenizer has them."""
    width = max(len(e["input_ids"]) for e in examples)
    batch = {}
    for name in (n for n in INPUTS if n in examples[0]):
        fill = pad_id if name == "input_ids" else 0
        batch[name] = torch.tensor([e[name] + [fill] * (width - len(e[name])) for e in examples])
    return batch


def real_at(batch: Batch) -> Tensor:
    """The places of the real tokens in the flat batch; counted here unless ``with_places`` has."""
    return batch["real_at"] if "real_at" in batch else _places(batch["attention_mask"] != 0)


def asked_at(batch: Batch) -> Tensor:
    """The places of masked LM's asked tokens in the flat batch; counted here unless ``with_places`` has."""
    return batch["asked_at"] if "asked_at" in batch else _places(batch["asked"] != IGNORED)


def with_places(batch: Batch) -> Batch:
    """A batch on the CPU with the places whose number a GPU would have to be waited for."""
    places = {"real_at": real_at(batch)}
    return batch | (places | {"asked_at": asked_at(batch)} if "asked" in batch else places)


def _places(mask: Tensor) -> Tensor:
    return mask.flatten().nonzero()[:, 0]


class TrainingOrder(Sampler[list[int]]):
    """Exactly ``steps`` batches of indices: epoch after epoch in random order, the last batch of each as it falls.

    Within ``pool`` batches at a time examples are sorted by length, which saves padding; ``pool=1`` is plain order.
    """

    def __init__(self, lengths: Sequence[int], batch_size: int, steps: int, pool: int, seed: int) -> None:
        if not lengths:
            raise ValueError("no examples to train on")
        self.lengths, self.batch_size, self.steps, self.pool = lengths, batch_size, steps, pool
        self.seed = seed

    def __len__(self) -> int:
        return self.steps

    def __iter__(self) -> Iterator[list[int]]:
        generator, left = torch.Generator().manual_seed(self.seed), self.steps
        while left:
            epoch = self._epoch(generator)[:left]
            yield from epoch
            left -= len(epoch)

    def _epoch(self, generator: torch.Generator) -> list[list[int]]:
        order = torch.randperm(len(self.lengths), generator=generator).tolist()
        size, batches = self.batch_size, []
        for start in range(0, len(order), size * self.pool):
            part = order[start : start + size * self.pool]
            if self.pool > 1:
                part.sort(key=lambda i: self.lengths[i])
            batches += [part[k : k + size] for k in range(0, len(part), size)]
        if self.pool == 1:
            return batches
        return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]


def evaluation_order(lengths: Sequence[int], batch_size: int, tokens: int) -> list[list[int]]:
    """All indices once, shortest first, in padded batches of at most so many tokens: scores do not depend on it."""
    batches: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lambda i: (lengths[i], i)):
        if not batches or len(batches[-1]) == batch_size or (len(batches[-1]) + 1) * lengths[i] > tokens:
            batches.append([])
        batches[-1].append(i)
    return batches
