"""A number for a pair of sentences (STS-B): one output, squared error, scored by correlation."""

import math
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torchmetrics.functional.regression import pearson_corrcoef

from lightning_tickets.components import component
from lightning_tickets.errors import UserError
from lightning_tickets.tasks.batches import Batch, Example, Row
from lightning_tickets.tasks.columns import METRICS
from lightning_tickets.tasks.kind import Columns, Score, defined
from lightning_tickets.tasks.text import TextPairs


@component("regression", version=2)
class Regression(TextPairs):
    """Targets from ``low`` to ``high``, learnt as they stand."""

    head = "pooled"
    outputs = 1
    metrics = METRICS["regression"]

    def __init__(self, low: float = 0.0, high: float = 5.0) -> None:
        self.low, self.high = low, high

    def target(self, row: Row) -> float:
        label = float(row["label"])
        if not (math.isfinite(label) and self.low <= label <= self.high):
            raise UserError(f"score {row['label']!r} is out of range: expected {self.low} to {self.high}")
        return label

    def loss(self, logits: Tensor, batch: Batch) -> Tensor:
        return F.mse_loss(logits[:, 0], batch["label"])

    def predict(self, logits: Tensor, batch: Batch) -> list[Any]:
        return logits[:, 0].tolist()

    def columns(self, examples: Sequence[Example], predictions: Sequence[Any]) -> Columns:
        return {"guess": list(predictions), "target": [e["label"] for e in examples]}

    def score(self, columns: Columns) -> Score:
        """Both correlations are undefined, and flagged, when the predictions are constant."""
        guesses, targets = (torch.tensor(columns[name], dtype=torch.float64) for name in ("guess", "target"))
        if len(guesses) < 2 or not (guesses.std() >= 1e-9 and targets.std() >= 1e-9):
            return defined({"pearson": math.nan, "spearman": math.nan}, columns)
        return defined(
            {
                "pearson": pearson_corrcoef(guesses, targets).item(),
                "spearman": pearson_corrcoef(_ranks(guesses), _ranks(targets)).item(),
            },
            columns,
        )


def _ranks(values: Tensor) -> Tensor:
    """From 1, equal values sharing the mean of theirs (torchmetrics' own Spearman is off by its epsilon)."""
    _, place, counts = values.unique(return_inverse=True, return_counts=True)
    ranks: Tensor = counts.cumsum(0) - (counts - 1).double() / 2
    return ranks[place]
