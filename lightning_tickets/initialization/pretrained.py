"""θ0: the pre-trained weights, the start of a winning ticket."""

from lightning_tickets.components import component
from lightning_tickets.initialization.state import State, clone


@component("pretrained", version=1)
def pretrained(theta: State) -> State:
    """A copy by value, never a reference (the released code has an alias: docs/explanation/method.md, row 1)."""
    return clone(theta)
