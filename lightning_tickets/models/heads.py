"""What stands on the encoder for each kind of task: γ in the paper's f(x; θ, γ)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers.models.bert.modeling_bert import BertOnlyMLMHead

from lightning_tickets.errors import UserError
from lightning_tickets.models.encoder import language_head_weights, seeded
from lightning_tickets.tasks.batches import Batch
from lightning_tickets.tasks.kind import Kind
from lightning_tickets.tasks.masked_lm import IGNORED


class LinearHead(nn.Module):
    """Dropout and one linear map, on the pooled output or on every token."""

    def __init__(self, config: Any, outputs: int, pooled: bool) -> None:
        super().__init__()
        self.pooled = pooled
        rate: float = getattr(config, "hidden_dropout_prob", getattr(config, "dropout", 0.0))
        self.dropout = nn.Dropout(rate)
        self.out = nn.Linear(config.hidden_size, outputs)
        nn.init.normal_(self.out.weight, std=0.02)
        nn.init.zeros_(self.out.bias)

    def forward(self, encoded: Any, batch: Batch) -> Tensor:
        hidden: Tensor = encoded.pooler_output if self.pooled else encoded.last_hidden_state
        logits: Tensor = self.out(self.dropout(hidden))
        return logits


class VocabularyHead(nn.Module):
    """BERT's masked-LM head on the asked tokens only; its decoder is the encoder's word embeddings (tied)."""

    def __init__(self, config: Any, embeddings: nn.Parameter) -> None:
        super().__init__()
        self.cls = BertOnlyMLMHead(config)
        predictions = self.cls.predictions
        nn.init.normal_(predictions.transform.dense.weight, std=config.initializer_range)
        nn.init.zeros_(predictions.transform.dense.bias)
        predictions.decoder.weight, predictions.decoder.bias = embeddings, predictions.bias

    def forward(self, encoded: Any, batch: Batch) -> Tensor:
        asked = batch["asked"] != IGNORED
        logits: Tensor = self.cls(encoded.last_hidden_state[asked])
        return logits


def make_head(kind: Kind, encoder: Any, folder: Path, seed: int) -> nn.Module:
    """A head drawn by ``seed``; a masked-LM head takes the checkpoint's own weights where it has them."""
    with seeded(seed):
        if kind.head != "vocabulary":
            pooled = kind.head == "pooled"
            if pooled and getattr(encoder, "pooler", None) is None:
                raise UserError(f"model.path={folder}: this encoder has no pooler, which the task needs")
            return LinearHead(encoder.config, kind.outputs, pooled)
        head = VocabularyHead(encoder.config, encoder.get_input_embeddings().weight)
    known = language_head_weights(folder)
    if known:
        with torch.no_grad():
            targets = dict(head.cls.named_parameters())
            for name, value in known.items():
                targets[name].copy_(value)
    return head
