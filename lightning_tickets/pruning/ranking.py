"""Keep exactly the ``count`` largest scores over all matrices, without sorting or copying them.

The bit pattern of a non-negative float grows with its value, so two histogram passes, over the upper and then the
lower 16 bits, find the count-th largest score exactly; ties at the threshold are kept in order of index (matrices in
the order of the mapping, entries in row-major order). Memory beyond the masks is a few megabytes, whatever the model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from lightning_tickets.pruning.mask import Mask, Weights, check_fits, kept

CHUNK = 1 << 20
LOW = 1 << 16


def keep_largest(scores: Weights, among: Mask, count: int) -> Mask:
    """The mask of the ``count`` entries of ``among`` with the largest absolute score.

    Scores are compared as float32. ValueError for more than there are, or for a score that is not a number.
    """
    check_fits(among, scores)
    if not 0 <= count <= (available := kept(among)):
        raise ValueError(f"cannot keep {count} of {available} weights")
    if count == 0:
        return {name: torch.zeros_like(m) for name, m in among.items()}
    threshold, spare = _threshold(scores, among, count)
    result = {}
    for name, m in among.items():
        chosen = torch.empty(m.numel(), dtype=torch.bool)
        for at, bits, alive in _chunks(scores[name], m):
            tied = alive & (bits == threshold)
            taken = tied & (tied.cumsum(0) <= spare)
            spare -= int(taken.sum())
            chosen[at : at + len(bits)] = (alive & (bits > threshold)) | taken
        result[name] = chosen.view(m.shape)
    return result


def _threshold(scores: Weights, among: Mask, count: int) -> tuple[int, int]:
    """The bit pattern of the count-th largest score, and how many entries with just this pattern are kept."""
    upper, left = _bin_of(scores, among, count, lambda bits: bits >> 16, None)
    lower, left = _bin_of(scores, among, left, lambda bits: bits & (LOW - 1), upper)
    return (upper << 16) | lower, left


def _bin_of(
    scores: Weights, among: Mask, count: int, key: Callable[[Tensor], Tensor], upper: int | None
) -> tuple[int, int]:
    """The histogram bin that holds the count-th largest entry, and how many of the bin are to be kept."""
    histogram = torch.zeros(LOW, dtype=torch.int64)
    for name, m in among.items():
        for _, bits, alive in _chunks(scores[name], m):
            if upper is not None:
                alive = alive & (bits >> 16 == upper)
            histogram += torch.bincount(key(bits[alive]), minlength=LOW)
    from_top = histogram.flip(0).cumsum(0)
    place = int(torch.searchsorted(from_top, count))
    above = int(from_top[place - 1]) if place else 0
    return LOW - 1 - place, count - above


def _chunks(scores: Tensor, mask: Tensor) -> Iterator[tuple[int, Tensor, Tensor]]:
    """(offset, bit patterns of the magnitudes, which are in the running), a megabyte or so at a time."""
    flat, alive = scores.detach().reshape(-1), mask.reshape(-1)
    for at in range(0, flat.numel(), CHUNK):
        part = flat[at : at + CHUNK].to(device="cpu", dtype=torch.float32).abs()
        mine = alive[at : at + CHUNK]
        if bool((part.isnan() & mine).any()):
            raise ValueError("a weight is not a number: the training has diverged")
        yield at, part.view(torch.int32), mine
