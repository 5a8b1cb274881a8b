"""Operations of a problem's training: from the lengths of its tokenised texts, or the longest that they may have."""

import random
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from statistics import fmean

from lightning_tickets.models.files import FIRST_TOKEN_ONLY
from lightning_tickets.models.folders import Pretrained
from lightning_tickets.models.operations import Sizes
from lightning_tickets.studies.plan import Operations
from lightning_tickets.tickets.problem import Problem
from lightning_tickets.tickets.tokenised import examples_path
from lightning_tickets.training.config import Training

SAMPLED = 20_000  # texts of a data set whose batches are counted


def step_operations(problem: Problem, family: str, folder: Pretrained, cache: Path) -> Operations | None:
    """Of an optimiser step, the mean over batches; None as long as the network's sizes are not known.

    At most so many where the texts have not been tokenised yet: they count as ``training.max_length`` tokens.
    """
    sizes = folder.sizes()
    if sizes is None:
        return None
    settings, skips = problem.training, _skips(problem, folder)
    path = examples_path(problem, "train", folder, cache)
    try:
        if path.is_file():
            return Operations(_mean(path, sizes, family, settings, skips))
    except (OSError, ValueError):  # incomplete or empty: a training builds it again
        pass
    longest = [settings.max_length] * settings.batch_size
    return Operations(sizes.step(family, longest, settings.packed, skips), at_most=True)


def _skips(problem: Problem, folder: Pretrained) -> bool:
    return problem.training.unread == "skip" and folder.model_type() in (None, *FIRST_TOKEN_ONLY)


@lru_cache(maxsize=512)
def _mean(path: Path, sizes: Sizes, family: str, settings: Training, skips: bool) -> float:
    """ValueError for a file without examples or of another format."""
    batches = _batches(_lengths(path), settings)
    return fmean(sizes.step(family, batch, settings.packed, skips) for batch in batches)


@lru_cache(maxsize=64)
def _lengths(path: Path) -> list[int]:
    """Tokens of some of the texts, in a random order that is always the same."""
    from lightning_tickets.data.cache import Examples

    lengths = Examples(path).lengths
    return random.Random(0).sample(lengths, min(len(lengths), SAMPLED))


def _batches(lengths: Sequence[int], settings: Training) -> Iterator[Sequence[int]]:
    """The lengths of each batch as trainings make them: ``training.pool`` batches at a time are sorted by length."""
    size, pool = settings.batch_size, settings.batch_size * settings.pool
    for start in range(0, len(lengths), pool):
        part = lengths[start : start + pool]
        part = sorted(part) if settings.pool > 1 else part
        yield from (part[k : k + size] for k in range(0, len(part), size))
