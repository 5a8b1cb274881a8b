"""Documents as arrays, and the masking of their words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lightning_tickets.pocket.documents import Document
from lightning_tickets.pocket.lexicon import VOCABULARY, kinds
from lightning_tickets.pocket.model import CLS, MASK, SEP, WORD_ID

POOL = 20  # batches whose documents are sorted by length together
BASE_RATE = 0.08  # masking probability of the other words
BASE_MASKED = 0.85  # of those: share replaced by [MASK]; the rest are unchanged
ASKED_MASKED, ASKED_WRONG = 0.35, 0.40  # of the asked words: share replaced by [MASK], by another word of their kind


@dataclass(frozen=True)
class Encoded:
    """A document as token ids (n), segment ids (n), masking rates (n), and whether it is true."""

    ids: list[int]
    segments: list[int]
    rates: list[float]
    true: bool


def encode(document: Document) -> Encoded:
    first, second = ([WORD_ID[w] for w in words] for words in (document.first, document.second))
    ids = [CLS, *first, SEP, *second, SEP]
    rates = [BASE_RATE if i > MASK else 0.0 for i in ids]
    for (segment, position), rate in document.asked.items():
        rates[1 + position + (len(first) + 1) * segment] = rate
    return Encoded(ids, [0] * (len(first) + 2) + [1] * (len(second) + 1), rates, document.true)


@dataclass(frozen=True)
class Batch:
    """Documents padded to the longest: all (documents, tokens), but ``true`` (documents)."""

    ids: Tensor
    segments: Tensor
    attended: Tensor
    rates: Tensor
    true: Tensor


def collate(documents: Sequence[Encoded]) -> Batch:
    shape = (len(documents), max(len(d.ids) for d in documents))
    ids, segments, attended = (np.zeros(shape, np.int64) for _ in range(3))
    rates = np.zeros(shape, np.float32)
    for row, d in enumerate(documents):
        n = len(d.ids)
        ids[row, :n], segments[row, :n], attended[row, :n], rates[row, :n] = d.ids, d.segments, 1, d.rates
    true = torch.tensor([d.true for d in documents])
    as_tensor = torch.from_numpy
    return Batch(as_tensor(ids), as_tensor(segments), as_tensor(attended), as_tensor(rates), true)


def batches(lengths: NDArray[np.int64], size: int, rng: np.random.Generator) -> Iterator[list[int]]:
    """Full batches of documents of similar lengths, in random order, epoch after epoch."""
    while True:
        order, drawn = rng.permutation(len(lengths)), []
        for start in range(0, len(order), size * POOL):
            part = order[start : start + size * POOL]
            part = part[np.argsort(lengths[part], kind="stable")]
            drawn += [part[k : k + size].tolist() for k in range(0, len(part) - size + 1, size)]
        for i in rng.permutation(len(drawn)):
            yield drawn[i]


KINDS = [[WORD_ID[word] for word in kind] for kind in kinds()]
KINDS.append([i for i in range(MASK + 1, len(VOCABULARY)) if not any(i in kind for kind in KINDS)])
KIND_OF = {i: n for n, kind in enumerate(KINDS) for i in kind}


def plausible_error(rng: Random, ids: Sequence[int], position: int) -> int:
    """Another word of the same kind, half of the time one of the same document."""
    word = ids[position]
    kind = KIND_OF[word]
    near = [i for i in ids if i != word and KIND_OF.get(i) == kind]
    return rng.choice(near if near and rng.random() < 0.5 else [i for i in KINDS[kind] if i != word])


@dataclass(frozen=True)
class Hidden:
    """The network's input and the positions to predict, (documents, tokens) each, and whether a document is sound."""

    inputs: Tensor
    asked: Tensor
    sound: Tensor


def hide(batch: Batch, generator: torch.Generator) -> Hidden:
    """Mask each word with its own probability.

    An asked word may also be replaced by another of its kind, which makes the document unsound."""
    asked = torch.rand(batch.ids.shape, generator=generator) < batch.rates
    how = torch.rand(batch.ids.shape, generator=generator)
    own = batch.rates > BASE_RATE + 1e-4
    inputs = batch.ids.masked_fill(asked & (how < torch.where(own, ASKED_MASKED, BASE_MASKED)), MASK)
    wrong = asked & own & (how >= ASKED_MASKED) & (how < ASKED_MASKED + ASKED_WRONG)
    rng = Random(int(torch.randint(2**31, (1,), generator=generator)))
    rows = batch.ids.tolist()
    for row, column in wrong.nonzero().tolist():
        inputs[row, column] = plausible_error(rng, rows[row], column)
    return Hidden(inputs, asked, batch.true & ~wrong.any(1))
