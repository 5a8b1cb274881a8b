"""The shipped tokenizer and some generated rows, read once."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from transformers import PreTrainedTokenizerBase

from lightning_tickets.models.encoder import load_tokenizer
from lightning_tickets.pocket import MODEL_DIR
from lightning_tickets.pocket.tasks import rows


@pytest.fixture(scope="session")
def tokenizer() -> PreTrainedTokenizerBase:
    return load_tokenizer(MODEL_DIR)


@pytest.fixture(scope="session")
def dev_rows() -> Callable[[str], list[dict[str, Any]]]:
    """Sixty rows of a task's development set."""
    return cache(lambda task: rows(task, "dev")[:60])
