"""What every kind of task answers, and the parts they share."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from torch import Tensor
from transformers import PreTrainedTokenizerBase

from lightning_tickets.tasks.batches import Batch, Example, Row

Columns = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Score:
    """A task's metrics as fractions; a metric that has no value here (Pearson of a constant) is in ``undefined``.

    ``columns`` are what the metrics are computed from, one value per example (a guess and its label).
    """

    metrics: dict[str, float]
    undefined: tuple[str, ...] = ()
    columns: Columns = field(default_factory=dict, compare=False)

    def with_metrics(self, metrics: Mapping[str, Callable[[Columns], float]]) -> Score:
        """With further metrics of the same columns."""
        further = defined({name: metric(self.columns) for name, metric in metrics.items()}, self.columns)
        return Score(self.metrics | further.metrics, self.undefined + further.undefined, self.columns)

    def with_metric(self, name: str, other: Score, metric: str) -> Score:
        """With one metric of another score under the given name, and its columns with that name before theirs."""
        flagged = (name,) if metric in other.undefined else ()
        columns = {**self.columns, **{f"{name}.{column}": values for column, values in other.columns.items()}}
        return Score(self.metrics | {name: other.metrics[metric]}, self.undefined + flagged, columns)


class Kind(Protocol):
    """A kind of task. ``head`` names what stands on the encoder: ``pooled``, ``tokens`` or ``vocabulary``.

    ``draws_when_scored`` says whether scoring, too, hands ``collate`` a seed for each batch.
    """

    head: str
    draws_when_scored: bool
    outputs: int
    metrics: tuple[str, ...]

    def prepare(self, tokenizer: PreTrainedTokenizerBase, max_length: int) -> None:
        """Take the tokenizer that rows are encoded with."""

    def encode(self, rows: Iterable[Row]) -> Iterator[Example]:
        """Tokenised examples of plain values, in order; one row may give several (windows), several one (blocks)."""

    def collate(self, examples: Sequence[Example], seed: int | None) -> Batch:
        """One padded batch; ``seed`` for what is drawn by batch, None for evaluation."""

    def loss(self, logits: Tensor, batch: Batch) -> Tensor:
        """A scalar, the mean over ``terms(batch)``."""

    def terms(self, batch: Batch) -> int:
        """How many there are that the loss is a mean of."""

    def predict(self, logits: Tensor, batch: Batch) -> list[Any]:
        """A prediction for each example of the batch, as plain values."""

    def columns(self, examples: Sequence[Example], predictions: Sequence[Any]) -> Columns:
        """What the metrics are computed from, over a whole split: JSON values, one per scored example and column."""

    def score(self, columns: Columns) -> Score:
        """All metrics of the task."""


def score_predictions(kind: Kind, examples: Sequence[Example], predictions: Sequence[Any]) -> Score:
    """All metrics of the task over a whole split."""
    return kind.score(kind.columns(examples, predictions))


def defined(metrics: Mapping[str, float], columns: Columns) -> Score:
    """Metrics that are not a number become 0 and are flagged."""
    undefined = tuple(sorted(name for name, value in metrics.items() if not math.isfinite(value)))
    finite = {name: 0.0 if name in undefined else float(value) for name, value in metrics.items()}
    return Score(finite, undefined, columns)
