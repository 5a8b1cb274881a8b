"""All values of an encoder (parameters and buffers) by name: θ in the paper's f(x; θ, γ)."""

from collections.abc import Mapping

from torch import Tensor

State = Mapping[str, Tensor]


def clone(state: State) -> State:
    return {name: value.detach().clone() for name, value in state.items()}
