"""What stands on the encoder for each kind of task: γ in the paper's f(x; θ, γ)."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from lightning_tickets.checks import word
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


class TokenHead(nn.Module):
    """One linear map on every token, as in BertForQuestionAnswering: (batch, tokens, width) to (…, outputs)."""

    def __init__(self, config: Any, outputs: int) -> None:
        super().__init__()
        self.out = drawn(config.hidden_size, outputs)

    def forward(self, encoded: Any, batch: Batch) -> Tensor:
        logits: Tensor = self.out(encoded.last_hidden_state)
        return logits


class PooledHead(nn.Module):
    """Dropout and one linear map on the pooled output, as in BertForSequenceClassification: to (batch, outputs).

    The pooled output is the encoder's, or with ``own_pooler`` that of a pooler that the head brings with it.
    """

    def __init__(self, config: Any, outputs: int, own_pooler: bool) -> None:
        super().__init__()
        rate: float = getattr(config, "hidden_dropout_prob", getattr(config, "dropout", 0.0))
        self.dropout = nn.Dropout(rate)
        self.out = drawn(config.hidden_size, outputs)
        self.pooler = FirstToken(config.hidden_size) if own_pooler else None

    def forward(self, encoded: Any, batch: Batch) -> Tensor:
        pooled = encoded.pooler_output if self.pooler is None else self.pooler(encoded)
        logits: Tensor = self.out(self.dropout(pooled))
        return logits


def drawn(width: int, outputs: int) -> nn.Linear:
    """A linear map as BERT's heads begin."""
    linear = nn.Linear(width, outputs)
    nn.init.normal_(linear.weight, std=0.02)
    nn.init.zeros_(linear.bias)
    return linear


def make_head(kind: Kind, encoder: Any, folder: Path, seed: int) -> nn.Module:
    """A head drawn by ``seed``; a masked LM head takes the checkpoint's own weights where it has them.

    UserError for a kind with another word for its head.
    """
    if word("pooled", "tokens", "vocabulary")("task.kind: head", kind.head) == "vocabulary":
        return vocabulary_head(encoder, folder, seed)
    with seeded(seed):
        if kind.head == "tokens":
            return TokenHead(encoder.config, kind.outputs)
        return PooledHead(encoder.config, kind.outputs, own_pooler=getattr(encoder, "pooler", None) is None)
