"""A bag-of-words baseline: a linear model on word counts."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lightning_tickets.pocket.lexicon import VOCABULARY
from lightning_tickets.pocket.tasks import TASKS, rows

RIDGES = (1e-4, 1e-3, 1e-2, 1e-1)
COLUMN = {word: i for i, word in enumerate(VOCABULARY)}


def bag_of_words(task: str, size: str = "small") -> float:
    """The task's metric (0 to 1) on the dev set; a fifth of the training set selects the ridge parameter."""
    if TASKS[task].kind not in ("classification", "regression"):
        raise ValueError(f"{task} has no label to predict from a bag of words")
    train, dev = rows(task, "train", size=size), rows(task, "dev", size=size)
    cut = len(train) * 4 // 5
    ridge = max(RIDGES, key=lambda r: _score(task, train[:cut], train[cut:], r))
    return _score(task, train, dev, ridge)


def majority(task: str, size: str = "small") -> float:
    """The score of always predicting the most frequent class; 0 for correlations, spans and masked words."""
    spec = TASKS[task]
    if spec.kind != "classification" or spec.metric != "accuracy":
        return 0.0
    labels = [row["label"] for row in rows(task, "dev", size=size)]
    return max(labels.count(label) for label in set(labels)) / len(labels)


def _score(task: str, train: list[dict[str, Any]], dev: list[dict[str, Any]], ridge: float) -> float:
    outputs = 1 if TASKS[task].kind == "regression" else len(TASKS[task].shares)
    weights = _fit(_counts(train), _labels(train), outputs, ridge)
    logits, truth = _counts(dev) @ weights, _labels(dev)
    if TASKS[task].kind == "regression":
        return _correlation(logits[:, 0], truth)
    guess = logits.argmax(-1)
    return _correlation(guess, truth) if TASKS[task].metric == "matthews" else float((guess == truth).float().mean())


def _counts(examples: list[dict[str, Any]]) -> Tensor:
    """Word counts of both segments and a constant: (examples, 2 * words + 1)."""
    counts = torch.zeros(len(examples), 2 * len(COLUMN) + 1)
    counts[:, -1] = 1
    for n, row in enumerate(examples):
        for offset, text in ((0, row["first"]), (len(COLUMN), row["second"] or "")):
            for word in text.split():
                counts[n, offset + COLUMN[word]] += 1
    return counts


def _labels(examples: list[dict[str, Any]]) -> Tensor:
    return torch.tensor([row["label"] for row in examples])


def _fit(counts: Tensor, labels: Tensor, outputs: int, ridge: float) -> Tensor:
    """Logistic regression, or ridge regression for real labels: weights (columns, outputs)."""
    weights = torch.zeros(counts.shape[1], outputs, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimizer.zero_grad()
        logits = counts @ weights
        fit = F.mse_loss(logits[:, 0], labels) if labels.is_floating_point() else F.cross_entropy(logits, labels)
        loss = fit + ridge * weights.square().sum()
        loss.backward()
        return loss.item()

    optimizer.step(closure)
    return weights.detach()


def _correlation(guess: Tensor, truth: Tensor) -> float:
    """Pearson's correlation, which for two classes is Matthews'; 0 for a constant prediction."""
    pair = torch.stack([guess.float(), truth.float()])
    return 0.0 if guess.float().std() < 1e-6 else float(torch.corrcoef(pair)[0, 1])
