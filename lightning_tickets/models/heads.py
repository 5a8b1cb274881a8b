"""What stands on the encoder for each kind of task: γ in the paper's f(x; θ, γ)."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from lightning_tickets.models.encoder import seeded
from lightning_tickets.models.vocabulary import vocabulary_head
from lightning_tickets.tasks.batches import Batch
from lightning_tickets.tasks.kind import Kind


class FirstToken(nn.Module):
    """BERT's pooler for an encoder that has none: a dense map and tanh on the first token, part of γ, never pruned."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.dense = drawn(width, width)

    def forward(self, encoded: Any) -> Tensor:
        return torch.tanh(self.dense(encoded.last_hidden_state[:, 0]))


class LinearHead(nn.Module):
    """Dropout and one linear map on ``read``'s part of what the encoder gives: (…, width) to (…, outputs)."""

    def __init__(self, config: Any, outputs: int) -> None:
        super().__init__()
        rate: float = getattr(config, "hidden_dropout_prob", getattr(config, "dropout", 0.0))
        self.dropout = nn.Dropout(rate)
        self.out = drawn(config.hidden_size, outputs)

    def read(self, encoded: Any) -> Tensor:
        """Every token."""
        hidden: Tensor = encoded.last_hidden_state
        return hidden

    def forward(self, encoded: Any, batch: Batch) -> Tensor:
        logits: Tensor = self.out(self.dropout(self.read(encoded)))
        return logits


class PooledHead(LinearHead):
    """On the encoder's pooled output."""

    def read(self, encoded: Any) -> Tensor:
        pooled: Tensor = encoded.pooler_output
        return pooled


class OwnPoolerHead(LinearHead):
    """On a pooler that the head brings with it."""

    def __init__(self, config: Any, outputs: int) -> None:
        super().__init__(config, outputs)
        self.pooler = FirstToken(config.hidden_size)

    def read(self, encoded: Any) -> Tensor:
        pooled: Tensor = self.pooler(encoded)
        return pooled


def drawn(width: int, outputs: int) -> nn.Linear:
    """A linear map as BERT's heads begin."""
    linear = nn.Linear(width, outputs)
    nn.init.normal_(linear.weight, std=0.02)
    nn.init.zeros_(linear.bias)
    return linear


def make_head(kind: Kind, encoder: Any, folder: Path, seed: int) -> nn.Module:
    """A head drawn by ``seed``; a masked LM head takes the checkpoint's own weights where it has them."""
    if kind.head == "vocabulary":
        return vocabulary_head(encoder, folder, seed)
    with seeded(seed):
        if kind.head == "tokens":
            return LinearHead(encoder.config, kind.outputs)
        has_pooler = getattr(encoder, "pooler", None) is not None
        return (PooledHead if has_pooler else OwnPoolerHead)(encoder.config, kind.outputs)
