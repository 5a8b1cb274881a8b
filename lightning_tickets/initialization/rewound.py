"""θ_i: the weights of an earlier step of the search's first training, or (standard pruning) of its last round's end."""

from lightning_tickets.components import component
from lightning_tickets.initialization.state import State, clone


@component("rewound", version=1)
def rewound(theta: State, earlier: State) -> State:
    """A copy by value of where the search goes back to; θ0 itself for a search that rewinds to it."""
    return clone(earlier)
