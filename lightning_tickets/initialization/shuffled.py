"""θ0″: pre-trained weights in another order (shuffled_weights in table 2).

The paper reads as a shuffle within each matrix, before the mask is applied; the released code permutes whole layers.
"""

import re
from collections.abc import Sequence

import torch

from lightning_tickets.components import component
from lightning_tickets.initialization.state import State, clone

NUMBER = re.compile(r"\.(\d+)\.")  # a layer's, within a weight's name


@component("shuffled_weights", version=1)
def shuffled(theta: State, prunable: Sequence[str], seed: int) -> State:
    """Each matrix in ``prunable`` permuted by a generator of its own; the rest as it was."""
    generator = torch.Generator().manual_seed(seed)
    result = dict(clone(theta))
    for name in prunable:
        flat = result[name].reshape(-1)
        result[name] = flat[torch.randperm(flat.numel(), generator=generator)].view(result[name].shape)
    return result


@component("shuffled_layers", version=1)
def whole_layers(theta: State, prunable: Sequence[str], seed: int) -> State:
    """The matrices of each layer in the place of another layer's (docs/explanation/method.md, row 9).

    A name without a layer's number (the pooler's) stays, and so do biases, normalisation and embeddings.
    """
    layers = sorted({int(number[1]) for name in prunable if (number := NUMBER.search(name))})
    order = torch.randperm(len(layers), generator=torch.Generator().manual_seed(seed)).tolist()
    source = {layer: layers[place] for layer, place in zip(layers, order, strict=True)}
    result = dict(clone(theta))
    for name in prunable:
        number = NUMBER.search(name)
        if number:
            result[name] = theta[NUMBER.sub(f".{source[int(number[1])]}.", name, count=1)].detach().clone()
    return result
