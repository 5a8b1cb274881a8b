"""Where the tokenised examples of a problem lie. No torch here: plans read how long the texts are."""

from functools import cache
from importlib.metadata import version
from pathlib import Path

from lightning_tickets.fingerprints import text_digest
from lightning_tickets.models.folders import Pretrained
from lightning_tickets.tickets.problem import Problem
from lightning_tickets.training.config import HELD_OUT

EXAMPLES_VERSION = 1  # of the files


def row_limit(problem: Problem, split: str) -> int | None:
    """How many rows of a split are tokenised; None for all."""
    return problem.data.train_limit if split in ("train", HELD_OUT) else problem.data.dev_limit


def examples_path(problem: Problem, split: str, folder: Pretrained, root: Path) -> Path:
    """The file of a split's tokenised examples below the cache's root, whether it is there or not."""
    return root / f"{problem.task.name}-{split}-{_digest(problem, split, folder)}.arrow"


def _digest(problem: Problem, split: str, folder: Pretrained) -> str:
    """Of all that the examples depend on: rows, kind, tokenizer and the libraries that tokenise."""
    parts = (
        EXAMPLES_VERSION,
        problem.data.source,
        problem.data.fingerprint,
        split,
        row_limit(problem, split),
        problem.task.kind,
        folder.tokenizer_fingerprint(),
        problem.training.max_length,
        *_libraries(),
        *([problem.data.examples] if problem.data.examples and split == "train" else []),
        *([problem.data.holdout] if problem.data.holdout and split in ("train", HELD_OUT) else []),
    )
    return text_digest(repr(parts))


@cache
def _libraries() -> tuple[str, str]:
    """The versions of the libraries that tokenise, which are not imported."""
    return version("tokenizers"), version("transformers")
