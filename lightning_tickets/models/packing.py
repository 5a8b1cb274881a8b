"""Batches without their padding: an encoder's linear maps read real tokens only, attention each text by itself.

The numbers are those of padded batches up to rounding; dropout is drawn over other shapes, so that trainings differ.
On a CPU texts of the same length attend together. In half precision a GPU attends by a kernel for texts of various
lengths; otherwise each layer's texts are padded there.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import AttentionInterface
from transformers.modeling_outputs import BaseModelOutputWithPooling

from lightning_tickets.models.files import check_packable
from lightning_tickets.tasks.batches import INPUTS, Batch, real_at

PACKED = "packed"
HALVES = (torch.bfloat16, torch.float16)
ROUNDED_TO = 64  # tokens of a batch on a GPU: a matrix product of a shape that is new takes cuBLAS far longer to begin


@dataclass(frozen=True)
class RealTokens:
    """The real tokens of a padded batch: ``mask`` (batch, width) is true at them, ``at`` numbers them row after row.

    On a CPU the packed texts are in the order of their lengths. On a GPU the packed tokens end with a text that nobody
    reads, which makes their number a multiple of ROUNDED_TO.
    """

    mask: Tensor
    at: Tensor

    @cached_property
    def taken(self) -> Tensor:
        """``at`` in the order of the packed tokens, which on a GPU end with the first token again and again."""
        if self.at.is_cuda:
            return F.pad(self.at, (0, -len(self.at) % ROUNDED_TO))
        lengths = self.mask.sum(1)[self.at // self.mask.shape[1]]
        return self.at[lengths.argsort(stable=True)]

    @cached_property
    def groups(self) -> list[tuple[int, int]]:
        """How many texts have the same length, and that length, shortest first; on a CPU only: a GPU would wait."""
        lengths, counts = self.mask.sum(1).unique(return_counts=True)
        return list(zip(counts.tolist(), lengths.tolist(), strict=True))

    @cached_property
    def bounds(self) -> Tensor:
        """Where each text begins among the packed tokens, and where the last one ends; (texts + 1), int32."""
        ends = self.mask.sum(1).cumsum(0, dtype=torch.int32)
        return F.pad(F.pad(ends, (1, 0)), (0, 1), value=len(self.taken))

    @property
    def longest(self) -> int:
        """At least the tokens of every text."""
        return max(self.mask.shape[1], ROUNDED_TO)

    def packed(self, padded: Tensor) -> Tensor:
        """(batch, width, …) to (1, tokens, …)."""
        return padded.flatten(0, 1).index_select(0, self.taken)[None]

    def padded(self, packed: Tensor) -> Tensor:
        """(1, tokens, …) to (batch, width, …), zero where there is no token."""
        empty = packed.new_zeros(self.mask.numel(), *packed.shape[2:])
        return empty.index_copy(0, self.taken[: len(self.at)], packed[0, : len(self.at)]).reshape(
            *self.mask.shape, *packed.shape[2:]
        )


def pack(encoder: Any) -> None:
    """From now on ``encode`` packs the batches of this encoder; UserError for a type of network that it cannot pack."""
    check_packable(encoder.config.model_type)
    encoder.set_attn_implementation(PACKED)


def encode(encoder: Any, batch: Batch) -> Any:
    """What an encoder gives of a padded batch, (batch, width, hidden) and pooled; if packed, zeros for padding."""
    inputs = {name: batch[name] for name in INPUTS if name in batch}
    if encoder.config._attn_implementation != PACKED:
        return encoder(**inputs)
    mask = inputs.pop("attention_mask").bool()
    places = RealTokens(mask, real_at(batch))
    positions = torch.arange(mask.shape[1], device=mask.device).expand_as(mask) + _first_position(encoder)
    tokens = {name: places.packed(value) for name, value in inputs.items()}
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
    if query.is_cuda and query.dtype in HALVES:
        query, key, value = (one[0].transpose(0, 1) for one in (query, key, value))
        return _attend_unpadded(query, key, value, places, dropout, scaling), None
    if not query.is_cuda:
        return _attend_by_length(query, key, value, places, dropout, scaling), None
    query, key, value = (places.padded(one.transpose(1, 2)).transpose(1, 2) for one in (query, key, value))
    seen = None if places.at.numel() == places.mask.numel() else places.mask[:, None, None]  # none is faster
    encoded = F.scaled_dot_product_attention(query, key, value, attn_mask=seen, dropout_p=dropout, scale=scaling)
    return places.packed(encoded.transpose(1, 2)), None


def _attend_by_length(
    query: Tensor, key: Tensor, value: Tensor, places: RealTokens, dropout: float, scaling: float
) -> Tensor:
    """Texts of the same length at a time, so without a mask, which is the fast kernel on a CPU."""
    sizes = [texts * length for texts, length in places.groups]
    groups = zip(places.groups, *(one[0].transpose(0, 1).split(sizes) for one in (query, key, value)), strict=True)
    attended = []
    for shape, *tokens in groups:
        q, k, v = (one.unflatten(0, shape).transpose(1, 2) for one in tokens)  # (texts, heads, length, …)
        encoded = F.scaled_dot_product_attention(q, k, v, dropout_p=dropout, scale=scaling)
        attended.append(encoded.transpose(1, 2).flatten(0, 1))
    return torch.cat(attended)[None]


def _attend_unpadded(
    query: Tensor, key: Tensor, value: Tensor, places: RealTokens, dropout: float, scaling: float
) -> Tensor:
    """The flash kernel behind scaled_dot_product_attention; takes (tokens, heads, width of a head), gives (1, …).

    The public function for texts of various lengths, torch.nn.attention.varlen, has no dropout. The kernel that takes
    float32, _efficient_attention_forward, repeats one draw of dropout for all heads and texts there (torch 2.11).
    """
    ends, longest = places.bounds, places.longest
    flash = torch.ops.aten._flash_attention_forward
    attended: Tensor = flash(query, key, value, ends, ends, longest, longest, dropout, False, False, scale=scaling)[0]
    return attended[None]


AttentionInterface.register(PACKED, attend)
