"""Which rows and columns of which matrices make up each attention head."""

import re
from typing import Any

from lightning_tickets.models.encoder import prunable

READS = re.compile(r"\.(query|key|value|q_lin|k_lin|v_lin|q_proj|k_proj|v_proj)\.weight$")
WRITES = re.compile(r"attention\.(output\.dense|out_lin|out_proj)\.weight$")
LAYER = re.compile(r"\.(\d+)\.")


def attention_heads(encoder: Any) -> list[dict[str, tuple[int, int, int]]]:
    """For each head of each layer (dimension, first, past the last) by matrix: rows of query, key and value, columns of
    the output. ValueError for an encoder whose attention is not laid out like that.
    """
    layers: dict[int, dict[str, int]] = {}
    weights, number = prunable(encoder, pooler=False), encoder.config.num_attention_heads
    for name, weight in weights.items():
        dimension = 0 if READS.search(name) else 1 if WRITES.search(name) else None
        number_of_layer = LAYER.search(name)
        if dimension is not None and number_of_layer:
            layers.setdefault(int(number_of_layer[1]), {})[name] = dimension
        if dimension is not None and weight.shape[dimension] % number:
            raise ValueError(f"{name} of shape {tuple(weight.shape)} does not split into {number} heads")
    if not layers or any(sorted(matrices.values()) != [0, 0, 0, 1] for matrices in layers.values()):
        raise ValueError(f"a network of type {encoder.config.model_type} has no query, key, value and output matrices")
    return [
        {name: _part(dim, weights[name].shape[dim], head, number) for name, dim in layers[layer].items()}
        for layer in sorted(layers)
        for head in range(number)
    ]


def _part(dimension: int, width: int, head: int, heads: int) -> tuple[int, int, int]:
    each = width // heads
    return dimension, head * each, (head + 1) * each
