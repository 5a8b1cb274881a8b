"""form=heads: the network without the attention heads that a ticket removes whole, and how fast it is."""

import inspect
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch import Tensor

from lightning_tickets.errors import UserError, reason
from lightning_tickets.models import narrowed
from lightning_tickets.models.attention_heads import attention_heads
from lightning_tickets.pruning.attention_heads import Place, block
from lightning_tickets.pruning.mask import Mask, layer_of

FILE = "modeling_narrowed"
BATCH, LENGTH = 8, 128
PAIRS, ENOUGH, SECONDS = 25, 5, 60.0  # passes of both, fewer once they have taken so long
CLOSE = 1e-4  # of the largest value: what another order of the same sums may change

Head = Mapping[str, Place]


@dataclass(frozen=True)
class Latency:
    """Medians in milliseconds of a forward pass of ``batch`` × ``length`` tokens; ``ratio`` is the pairs' median."""

    dense: float
    smaller: float
    ratio: float
    batch: int
    length: int
    threads: int
    pairs: int


def save_smaller(out: Path, encoder: Any, mask: Mask) -> tuple[Any, dict[str, int]]:
    """Write the smaller network; gives it, and how many heads each layer has left.

    A layer that loses all keeps one, whose weights are zero. UserError if no head is gone, or the architecture cannot
    do without some.
    """
    smaller, left = _smaller(encoder, mask)
    _check_equal(encoder, smaller)
    base = type(encoder)
    smaller.config.auto_map = {"AutoModel": f"{FILE}.{type(smaller).__name__}"}
    smaller.save_pretrained(out)
    source = inspect.getsource(narrowed).replace("from torch import nn\n", f"from torch import nn\nfrom {_home(base)}")
    text = f'{source}\n\nclass {type(smaller).__name__}(Narrowed, {base.__name__}):\n    """With fewer heads."""\n'
    (out / f"{FILE}.py").write_text(text, encoding="utf-8")
    return smaller, left


def measured(dense: Any, smaller: Any) -> Latency:
    """Both in turn in this process, on random tokens, after a pass of each that does not count."""
    ids, pairs, began = _tokens(dense), list[tuple[float, float]](), time.perf_counter()
    with torch.inference_mode():
        _pass(dense, ids), _pass(smaller, ids)
        while len(pairs) < PAIRS and (len(pairs) < ENOUGH or time.perf_counter() - began < SECONDS):
            pairs.append((_pass(dense, ids), _pass(smaller, ids)))
    whole, part = (1000 * median(times) for times in zip(*pairs, strict=True))
    batch, length = ids.shape
    return Latency(whole, part, median(a / b for a, b in pairs), batch, length, torch.get_num_threads(), len(pairs))


def _smaller(encoder: Any, mask: Mask) -> tuple[Any, dict[str, int]]:
    try:
        heads = attention_heads(encoder)
    except ValueError as error:
        raise UserError(f"form=heads: {error}") from error
    layers: dict[str, list[Head]] = {}
    left: dict[str, list[Head]] = {}
    for head in heads:
        layer = layer_of(next(iter(head)))
        layers.setdefault(layer, []).append(head)
        left.setdefault(layer, []).extend([] if _is_gone(head, mask) else [head])
    left = {layer: own or layers[layer][:1] for layer, own in left.items()}
    if left == layers:
        raise UserError(f"form=heads: the ticket removes none of the {len(heads)} attention heads whole")
    weights = dict(encoder.state_dict())
    shapes: dict[str, list[int]] = {}
    for own in left.values():
        for name, (dimension, _, _) in own[0].items():
            kept = torch.cat([torch.arange(*head[name][1:]) for head in own])
            bias = f"{name.removesuffix('weight')}bias"
            weights[name] = weights[name].index_select(dimension, kept)
            if dimension == 0 and bias in weights:
                weights[bias] = weights[bias][kept]
            shapes[name.removesuffix(".weight")] = list(weights[name].shape)
    config = type(encoder.config).from_dict(encoder.config.to_dict() | {"narrowed": shapes})
    base = type(encoder)
    smaller = type(f"Narrowed{base.__name__}", (narrowed.Narrowed, base), {})(config)
    smaller.load_state_dict(weights)
    return smaller.eval(), {layer: len(own) for layer, own in left.items()}


def _is_gone(head: Head, mask: Mask) -> bool:
    """Whether nothing of it reaches the layer's output."""
    return not any(block(mask[name], place).any() for name, place in head.items() if place[0] == 1)


def _check_equal(dense: Any, smaller: Any) -> None:
    try:
        with torch.inference_mode():
            one, other = (network(input_ids=_tokens(dense)).last_hidden_state for network in (dense, smaller))
        if (one - other).abs().max() > CLOSE * one.abs().max():
            raise ValueError("its outputs differ")
    except (RuntimeError, ValueError) as error:
        kind = dense.config.model_type
        raise UserError(f"form=heads: a network of type {kind} does not run with fewer ({reason(error)})") from error


def _tokens(encoder: Any) -> Tensor:
    length = min(LENGTH, getattr(encoder.config, "max_position_embeddings", LENGTH) - 2)
    generator = torch.Generator().manual_seed(0)
    return torch.randint(
        encoder.config.vocab_size // 2, encoder.config.vocab_size, (BATCH, length), generator=generator
    )


def _pass(network: Any, ids: Tensor) -> float:
    began = time.perf_counter()
    network(input_ids=ids)
    return time.perf_counter() - began


def _home(base: type) -> str:
    return f"transformers import {base.__name__}\n"
