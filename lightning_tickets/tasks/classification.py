"""One label for a sentence or a pair, read from the pooled output."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torchmetrics.functional.classification import binary_f1_score, multiclass_accuracy, multiclass_matthews_corrcoef

from lightning_tickets.components import component
from lightning_tickets.errors import UserError
from lightning_tickets.tasks.batches import Batch, Example, Row
from lightning_tickets.tasks.columns import classification_metrics
from lightning_tickets.tasks.kind import Columns, Score, defined
from lightning_tickets.tasks.text import TextPairs


@component("classification", version=1)
class Classification(TextPairs):
    """Cross-entropy over ``labels`` classes; scored by accuracy, Matthews' correlation and, for two classes, F1."""

    head = "pooled"

    def __init__(self, labels: int, accuracy: str = "accuracy") -> None:
        """``accuracy`` is the name that the task's accuracy goes by."""
        self.outputs, self.accuracy = labels, accuracy
        self.metrics = classification_metrics(labels, accuracy)

    def target(self, row: Row) -> int:
        label = row["label"]
        if not isinstance(label, int) or not 0 <= label < self.outputs:
            raise UserError(f"label {label!r} is out of range: expected 0 to {self.outputs - 1}")
        return label

    def loss(self, logits: Tensor, batch: Batch) -> Tensor:
        return F.cross_entropy(logits, batch["label"])

    def predict(self, logits: Tensor, batch: Batch) -> list[Any]:
        return logits.argmax(-1).tolist()

    def columns(self, examples: Sequence[Example], predictions: Sequence[Any]) -> Columns:
        return {"guess": list(predictions), "label": [e["label"] for e in examples]}

    def score(self, columns: Columns) -> Score:
        guesses, labels = torch.tensor(columns["guess"]), torch.tensor(columns["label"])
        metrics = {
            self.accuracy: multiclass_accuracy(guesses, labels, self.outputs, average="micro").item(),
            "matthews": self._matthews(guesses, labels),
        }
        if self.outputs == 2:
            metrics["f1"] = binary_f1_score(guesses, labels).item()
        return defined(metrics, columns)

    def _matthews(self, guesses: Tensor, labels: Tensor) -> float:
        """0 where one of the two is constant, which torchmetrics only comes near to."""
        if len(guesses.unique()) < 2 or len(labels.unique()) < 2:
            return 0.0
        return float(multiclass_matthews_corrcoef(guesses, labels, self.outputs).item())
