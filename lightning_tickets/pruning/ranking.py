"""Keep exactly the ``count`` largest scores over all matrices, without sorting or copying them.

The bit pattern of a non-negative float grows with its value; that of a negative one falls, so it is inverted for signed
scores. Two histogram passes, over the upper and then the lower 16 bits, find the count-th largest score exactly. Ties
at the threshold are kept in order of index: matrices in the order of the mapping, entries in row-major order. Memory
beyond the masks is a few megabytes, whatever the model.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from lightning_tickets.pruning.mask import Mask, Weights, check_fits, kept

CHUNK = 1 << 18
BINS = 1 << 16
INFINITE = 0x7F80  # the upper half of infinity's bit pattern; those of NaN are at least as large
SIGN, MAGNITUDE = 0x8000, 0x7FFFFFFF


def keep_largest(scores: Weights, among: Mask, count: int, signed: bool = False) -> Mask:
    """The mask of the ``count`` entries of ``among`` with the largest absolute score, or if ``signed`` the largest.

    Scores are compared as float32. ValueError if ``among`` keeps fewer than ``count``, or a score is not finite.
    """
    check_fits(among, scores)
    available = kept(among)
    if not 0 <= count <= available:
        raise ValueError(f"cannot keep {count} of {available} weights")
    if count == 0:
        return {name: torch.zeros_like(m) for name, m in among.items()}
    threshold, spare = _threshold(scores, among, count, signed)
    result = {name: torch.empty(m.shape, dtype=torch.bool) for name, m in among.items()}
    for name, at, bits, alive in _chunks(scores, among, signed):
        chosen = bits > threshold
        tied = ((bits == threshold) & alive).nonzero()[:spare, 0] if spare else ()
        if len(tied):
            chosen[tied] = True
            spare -= len(tied)
        result[name].view(-1)[at : at + len(bits)] = chosen
    return result


def _threshold(scores: Weights, among: Mask, count: int, signed: bool) -> tuple[int, int]:
    """The bit pattern of the count-th largest score, and how many entries with just this pattern are kept."""
    histogram = torch.zeros(BINS, dtype=torch.int64)
    for _, _, bits, _ in _chunks(scores, among, signed):
        histogram += torch.bincount(bits >> 16, minlength=BINS)
    if histogram[INFINITE + SIGN * signed :].any() or (signed and histogram[1 : BINS - INFINITE - SIGN].any()):
        raise ValueError("a weight is not finite: the training has diverged")
    upper, left = _bin_of(histogram, count)
    histogram.zero_()
    for _, _, bits, _ in _chunks(scores, among, signed):
        histogram += torch.bincount(bits[bits >> 16 == upper] & (BINS - 1), minlength=BINS)
    lower, left = _bin_of(histogram, left)
    return (upper << 16) | lower, left


def _bin_of(histogram: Tensor, count: int) -> tuple[int, int]:
    """The bin that holds the count-th entry from the top, and how many of the bin are among the first ``count``."""
    from_top = histogram.flip(0).cumsum(0)
    place = int(torch.searchsorted(from_top, count))
    return BINS - 1 - place, count - (int(from_top[place - 1]) if place else 0)


def _chunks(scores: Weights, among: Mask, signed: bool) -> Iterator[tuple[str, int, Tensor, Tensor]]:
    """(matrix, offset, bit patterns in the order of the scores, which are candidates), a chunk at a time.

    What is no candidate has the pattern of zero, below or equal to every candidate's.
    """
    for name, m in among.items():
        flat, alive = scores[name].detach().reshape(-1), m.reshape(-1)
        for at in range(0, flat.numel(), CHUNK):
            part, mine = flat[at : at + CHUNK], alive[at : at + CHUNK]
            values = part.to(device="cpu", dtype=torch.float32)
            bits = _in_order(values) if signed else values.abs().view(torch.int32)
            yield name, at, bits * mine, mine


def _in_order(values: Tensor) -> Tensor:
    """Unsigned 32-bit patterns, as int64, that grow with the value; the two zeros are one."""
    bits = (values + 0.0).view(torch.int32)
    return torch.where(bits < 0, bits ^ MAGNITUDE, bits).long() + (SIGN << 16)
