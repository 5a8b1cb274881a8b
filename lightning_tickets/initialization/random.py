"""θ0′: new random weights of the architecture (random_weights in table 2)."""

from collections.abc import Callable

from lightning_tickets.components import component
from lightning_tickets.initialization.state import State, clone

EMBEDDINGS = "embeddings."


@component("random_weights", version=1)
def random(theta: State, fresh: Callable[[int], State], seed: int, embeddings: bool = True) -> State:
    """Weights from the architecture's own initialisation; ``fresh`` draws them for a seed.

    The embeddings are drawn too (docs/explanation/method.md, row 9), or with ``embeddings=False`` stay those of θ0.
    """
    drawn = fresh(seed)
    if set(drawn) != set(theta):
        raise ValueError("the fresh encoder has other weights than the pre-trained one")
    kept = {} if embeddings else {name: value for name, value in theta.items() if name.startswith(EMBEDDINGS)}
    return {**drawn, **clone(kept)}
