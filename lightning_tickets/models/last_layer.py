"""The last layer for the first token of each text alone, which is all that a classifier reads of it.

The numbers are those of the whole layer up to rounding; dropout is drawn over fewer values, so that trainings differ.
"""

from functools import partial
from typing import Any

import torch.nn.functional as F
from torch import Tensor

from lightning_tickets.models.files import BERT_LAYERS


def first_token_only(encoder: Any) -> None:
    """From now on the last hidden state has no values but the first token's; networks of other layers stay whole."""
    if encoder.config.model_type in BERT_LAYERS:
        layer = encoder.encoder.layer[-1]
        layer.forward = partial(_bert, layer)
    if encoder.config.model_type == "distilbert":
        layer = encoder.transformer.layer[-1]
        layer.forward = partial(_distilbert, layer)


def _bert(layer: Any, hidden: Tensor, mask: Tensor | None, *_: Any, places: Any = None, **__: Any) -> Tensor:
    """(batch, width, hidden) to (batch, 1, hidden); packed tokens to as many, zero but for the first of each text."""
    own = layer.attention.self
    first, attended = _attended(own, (own.query, own.key, own.value), hidden, mask, places)
    return _spread(layer.feed_forward_chunk(layer.attention.output(attended, first)), places)


def _distilbert(layer: Any, hidden: Tensor, mask: Tensor | None, *_: Any, places: Any = None, **__: Any) -> Tensor:
    """The same for a layer of DistilBERT."""
    own = layer.attention
    first, attended = _attended(own, (own.q_lin, own.k_lin, own.v_lin), hidden, mask, places)
    attended = layer.sa_layer_norm(own.out_lin(attended) + first)
    return _spread(layer.output_layer_norm(layer.ffn(attended) + attended), places)


def _attended(own: Any, maps: Any, hidden: Tensor, mask: Tensor | None, places: Any) -> tuple[Tensor, Tensor]:
    """Each text's first token and what it attends to, (batch, 1, hidden) both."""
    query, key, value = maps
    keys, values = key(hidden), value(hidden)
    if places is not None:
        hidden, keys, values, mask = *map(places.padded, (hidden, keys, values)), places.mask[:, None, None]
    first = hidden[:, :1]
    heads = (-1, own.attention_head_size)
    q, k, v = (one.unflatten(-1, heads).transpose(1, 2) for one in (query(first), keys, values))
    seen = None if mask is None else mask[:, :, :1]
    dropout = own.dropout.p if own.training else 0.0
    attended = F.scaled_dot_product_attention(q, k, v, attn_mask=seen, dropout_p=dropout, scale=own.scaling)
    return first, attended.transpose(1, 2).flatten(2)


def _spread(first: Tensor, places: Any) -> Tensor:
    return first if places is None else places.packed(F.pad(first, (0, 0, 0, places.mask.shape[1] - 1)))
