"""What stands on the encoder for each kind of task: γ in the paper's f(x; θ, γ)."""

from pathlib import Path
from typing import Any, Literal

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
    """Dropout and one linear map on what it ``reads``, (…, width) to (…, outputs): every token, the encoder's pooled
    output, or that of a pooler that the head brings with it.
    """

    def __init__(self, config: Any, outputs: int, reads: Literal["tokens", "pooler", "own pooler"]) -> None:
        super().__init__()
        rate: float = getattr(config, "hidden_dropout_prob", getattr(config, "dropout", 0.0))
        self.dropout, self.reads = nn.Dropout(rate), reads
        self.out = drawn(config.hidden_size, outputs)
        if reads == "own pooler":
            self.pooler = FirstToken(config.hidden_size)

    def forward(self, encoded: Any, batch: Batch) -> Tensor:
        if self.reads == "own pooler":
            read = self.pooler(encoded)
        else:
            read = encoded.pooler_output if self.reads == "pooler" else encoded.last_hidden_state
        logits: Tensor = self.out(self.dropout(read))
        return logits


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
        pooler: Literal["pooler", "own pooler"] = "own pooler" if getattr(encoder, "pooler", None) is None else "pooler"
        return LinearHead(encoder.config, kind.outputs, "tokens" if kind.head == "tokens" else pooler)
