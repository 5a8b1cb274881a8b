"""The metrics of each kind of task, and what they are of, one value per example. No torch: planning checks them."""

from collections.abc import Mapping
from typing import Any

COLUMNS = {
    "classification": ("guess", "label"),
    "regression": ("guess", "target"),
    "span": ("id", "guess", "gold", "f1", "exact_match"),
    "masked_lm": ("right", "asked"),
}
METRICS = {"regression": ("pearson", "spearman"), "span": ("f1", "exact_match"), "masked_lm": ("accuracy",)}


def classification_metrics(labels: int, accuracy: str = "accuracy") -> tuple[str, ...]:
    """F1 is of two classes; ``accuracy`` is the name that the task's accuracy goes by."""
    return (accuracy, "matthews", *(["f1"] if labels == 2 else []))


def metrics_of(kind: str, options: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Of a kind of the suite with its options; None for another."""
    return classification_metrics(**options) if kind == "classification" else METRICS.get(kind)
