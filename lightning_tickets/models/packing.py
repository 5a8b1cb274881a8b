"""Batches without their padding: an encoder's linear maps read real tokens only, attention each text by itself.

The numbers are those of padded batches up to rounding; dropout is drawn over other shapes, so that trainings differ.
"""

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import AttentionInterface
from transformers.modeling_outputs import BaseModelOutputWithPooling

from lightning_tickets.errors import UserError
from lightning_tickets.tasks.batches import Batch

PACKED = "packed"
ARCHITECTURES = ("bert", "distilbert", "electra", "roberta")


@dataclass(frozen=True)
class RealTokens:
    """The real tokens of a padded batch: ``mask`` (batch, width) is true at them, ``at`` numbers them row after row."""

    mask: Tensor
    at: Tensor

    def packed(self, padded: Tensor) -> Tensor:
        """(batch, width, …) to (1, tokens, …)."""
        return padded.flatten(0, 1).index_select(0, self.at)[None]

    def padded(self, packed: Tensor) -> Tensor:
        """(1, tokens, …) to (batch, width, …), zero where there is no token."""
        empty = packed.new_zeros(self.mask.numel(), *packed.shape[2:])
        return empty.index_copy(0, self.at, packed[0]).reshape(*self.mask.shape, *packed.shape[2:])


def pack(encoder: Any) -> None:
    """From now on ``encode`` packs the batches of this encoder; UserError for an architecture that is not known."""
    kind, allowed = encoder.config.model_type, ", ".join(ARCHITECTURES)
    if kind not in ARCHITECTURES:
        raise UserError(f"training.packed=true: not for a network of type {kind}; expected one of {allowed}")
    encoder.set_attn_implementation(PACKED)


def encode(encoder: Any, inputs: Batch) -> Any:
    """What an encoder gives of a padded batch, (batch, width, hidden) and pooled; if packed, zeros for padding."""
    if encoder.config._attn_implementation != PACKED:
        return encoder(**inputs)
    mask = inputs["attention_mask"].bool()
    places = RealTokens(mask, mask.flatten().nonzero()[:, 0])
    positions = torch.arange(mask.shape[1], device=mask.device).expand_as(mask) + _first_position(encoder)
    tokens = {name: places.packed(value) for name, value in inputs.items() if name != "attention_mask"}
    encoded = encoder(**tokens, position_ids=places.packed(positions), places=places)
    hidden = places.padded(encoded.last_hidden_state)
    pooler = getattr(encoder, "pooler", None)
    return BaseModelOutputWithPooling(last_hidden_state=hidden, pooler_output=pooler(hidden) if pooler else None)


def _first_position(encoder: Any) -> int:
    """RoBERTa's table of positions has a row for padding, and begins after it."""
    padding: int | None = encoder.embeddings.position_embeddings.padding_idx
    return 0 if padding is None else padding + 1


def attend(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: None,
    dropout: float,
    scaling: float,
    places: RealTokens,
    **_: Any,
) -> tuple[Tensor, None]:
    """Scaled dot products within each text; takes (1, heads, tokens, width of a head), gives (1, tokens, heads, …)."""
    query, key, value = (places.padded(one.transpose(1, 2)).transpose(1, 2) for one in (query, key, value))
    seen = None if places.at.numel() == places.mask.numel() else places.mask[:, None, None]  # none is faster
    encoded = F.scaled_dot_product_attention(query, key, value, attn_mask=seen, dropout_p=dropout, scale=scaling)
    return places.packed(encoded.transpose(1, 2)), None


AttentionInterface.register(PACKED, attend)
