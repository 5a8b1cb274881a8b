"""What tests of several rooms check: equal tensors, errors of one line, generators left alone, pickles not run."""

import os
import pickle
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from lightning_tickets.errors import UserError


def same(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> bool:
    """Whether both have the same names and equal tensors."""
    return one.keys() == other.keys() and all(torch.equal(value, other[name]) for name, value in one.items())


def check_equal_gradients(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> None:
    """Both are the same up to rounding, and are not all zero."""
    assert any(gradient.abs().max() > 1e-4 for gradient in one.values())
    for name, gradient in one.items():
        torch.testing.assert_close(other[name], gradient, rtol=1e-3, atol=1e-6, msg=name)


def largest_by_sorting(
    scores: Mapping[str, Tensor], among: Mapping[str, Tensor], count: int, signed: bool = False
) -> dict[str, Tensor]:
    """The mask of the ``count`` largest magnitudes (or scores) among some, by a stable sort of all of them."""
    alive = torch.cat([mask.flatten() for mask in among.values()])
    sizes = torch.cat([score.detach().float().flatten() for score in scores.values()])
    running = torch.where(alive, sizes if signed else sizes.abs(), -torch.inf)
    chosen = running.sort(descending=True, stable=True).indices[:count]
    parts = torch.zeros_like(alive).index_fill(0, chosen, True).split([mask.numel() for mask in among.values()])
    return {name: part.view(mask.shape) for (name, mask), part in zip(among.items(), parts, strict=True)}


def one_line(ask: Callable[..., Any], *arguments: Any) -> str:
    """The message of the error that the call ends with, which is a single line."""
    with pytest.raises(UserError) as raised:
        ask(*arguments)
    assert len(str(raised.value).splitlines()) == 1
    return str(raised.value)


@dataclass
class Evil:
    """Unpickled, it makes a folder."""

    marker: Path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.marker),)


def by_pickle(content: Any, file: Path) -> None:
    """Save without torch."""
    file.write_bytes(pickle.dumps(content, protocol=2))


@contextmanager
def nothing_drawn() -> Iterator[None]:
    """What runs inside leaves the global generator as it was."""
    before = torch.random.get_rng_state()
    yield
    assert torch.equal(before, torch.random.get_rng_state())
