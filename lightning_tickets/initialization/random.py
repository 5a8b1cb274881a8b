"""θ0′: the architecture drawn anew, embeddings too (random_weights in table 2)."""

from __future__ import annotations

from collections.abc import Callable

from lightning_tickets.initialization.state import State


def random(theta: State, fresh: Callable[[int], State], seed: int) -> State:
    """Weights from the architecture's own initialisation; ``fresh`` draws them for a seed."""
    drawn = fresh(seed)
    if set(drawn) != set(theta):
        raise ValueError("the fresh encoder has other weights than the pre-trained one")
    return drawn
