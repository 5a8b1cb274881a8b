"""form=heads: the network without the attention heads that a ticket removes whole."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lightning_tickets.errors import UserError, reason
from lightning_tickets.models import narrowed
from lightning_tickets.models.attention_heads import attention_heads
from lightning_tickets.pruning.attention_heads import Place, block
from lightning_tickets.pruning.mask import Mask, layer_of
from lightning_tickets.sharing.latency import tokens

FILE = "modeling_narrowed"
CLOSE = 1e-4  # of the largest value: what another order of the same sums may change
Head = Mapping[str, Place]
Heads = dict[str, list[Head]]  # by layer


@dataclass(frozen=True)
class Smaller:
    """The network, the ticket's mask on what it has left, and how many heads each layer has."""

    network: Any
    mask: Mask
    heads: dict[str, int]


def without_heads(encoder: Any, mask: Mask) -> Smaller:
    """A layer that loses all heads keeps one, whose weights are zero.

    UserError if no head is gone, or the architecture cannot do without some.
    """
    left = _left(encoder, mask)
    weights, narrow = _selected(encoder.state_dict(), left), _selected(mask, left)
    shapes = {name.removesuffix(".weight"): list(weights[name].shape) for own in left.values() for name in own[0]}
    config = type(encoder.config).from_dict(encoder.config.to_dict() | {"narrowed": shapes})
    base = type(encoder)
    smaller = type(f"Narrowed{base.__name__}", (narrowed.Narrowed, base), {})(config).eval()
    smaller.load_state_dict(weights)
    _check_equal(encoder, smaller)
    return Smaller(smaller, narrow, {layer: len(own) for layer, own in left.items()})


def save_smaller(out: Path, smaller: Any) -> None:
    """As a folder for ``AutoModel.from_pretrained(out, trust_remote_code=True)``, with the module that this runs."""
    name, base = type(smaller).__name__, type(smaller).__bases__[1].__name__
    smaller.config.auto_map = {"AutoModel": f"{FILE}.{name}"}
    smaller.save_pretrained(out)
    imports = "from torch import nn\n"
    source = inspect.getsource(narrowed).replace(imports, f"{imports}from transformers import {base}\n")
    text = f'{source}\n\nclass {name}(Narrowed, {base}):\n    """With fewer heads."""\n'
    (out / f"{FILE}.py").write_text(text, encoding="utf-8")


def _left(encoder: Any, mask: Mask) -> Heads:
    try:
        heads = attention_heads(encoder)
    except ValueError as error:
        raise UserError(f"form=heads: {error}") from error
    layers: Heads = {}
    for head in heads:
        layers.setdefault(layer_of(next(iter(head))), []).append(head)
    left = {layer: [h for h in own if not _is_gone(h, mask)] or own[:1] for layer, own in layers.items()}
    if left == layers:
        raise UserError(f"form=heads: the ticket removes none of the {len(heads)} attention heads whole")
    return left


def _is_gone(head: Head, mask: Mask) -> bool:
    """Whether nothing of it reaches the layer's output."""
    return not any(block(mask[name], place).any() for name, place in head.items() if place[0] == 1)


def _selected(values: Mapping[str, Tensor], left: Heads) -> dict[str, Tensor]:
    """The values with the rows and columns of these heads only, biases with their rows."""
    selected = dict(values)
    for own in left.values():
        for name, (dimension, _, _) in own[0].items():
            kept = torch.cat([torch.arange(*head[name][1:]) for head in own])
            bias = f"{name.removesuffix('weight')}bias"
            selected[name] = values[name].index_select(dimension, kept)
            if dimension == 0 and bias in values:
                selected[bias] = values[bias][kept]
    return selected


def _check_equal(dense: Any, smaller: Any) -> None:
    try:
        with torch.inference_mode():
            one, other = (network(input_ids=tokens(dense)).last_hidden_state for network in (dense, smaller))
        if (one - other).abs().max() > CLOSE * one.abs().max():
            raise ValueError("its outputs differ")
    except (RuntimeError, ValueError) as error:
        kind = dense.config.model_type
        raise UserError(f"form=heads: a network of type {kind} does not run with fewer ({reason(error)})") from error
