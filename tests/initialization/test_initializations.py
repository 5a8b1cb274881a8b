"""What every initialization keeps to, for each that the configs name, called as a training calls it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hydra.utils import get_object

from lightning_tickets.components import call
from lightning_tickets.initialization.state import State, clone
from lightning_tickets.models.encoder import fresh_encoder, load_encoder, prunable
from lightning_tickets.pocket import MODEL_DIR
from lightning_tickets.tickets.problem import Component
from tests.checks import nothing_drawn, same
from tests.commands import compose_each

CONF = Path(__file__).parents[2] / "conf" / "subnetwork"
ROWS = [path.stem for path in sorted(CONF.glob("*.yaml"))]
PROTOCOLS = [path.stem for path in sorted(CONF.parent.glob("protocol/*.yaml"))]
NODES = [
    config.subnetwork.initialization
    for protocol in PROTOCOLS
    for config in compose_each([f"protocol={protocol}"], "subnetwork", ROWS).values()
]
TARGETS = sorted({node._target_ for node in NODES})
ROOM = "lightning_tickets.initialization."
DRAWS = {ROOM + "random.random", ROOM + "shuffled.shuffled", ROOM + "shuffled.whole_layers"}


@pytest.fixture(scope="module")
def encoder() -> Any:
    return load_encoder(MODEL_DIR)


@pytest.fixture(scope="module")
def matrices(encoder) -> tuple[str, ...]:
    return tuple(prunable(encoder))


@pytest.fixture
def theta(encoder) -> State:
    """θ0 of this test's own."""
    return clone(encoder.state_dict())


@pytest.fixture(scope="module")
def fresh(encoder) -> Callable[[int], State]:
    return lambda seed: clone(fresh_encoder(encoder.config, seed).state_dict())


@pytest.fixture(scope="module")
def begin(fresh, matrices) -> Callable[[str, State, int], State]:
    """What an initialization of an import path makes of θ0, with everything that a training offers."""

    def start(target: str, theta: State, seed: int) -> State:
        offered = {"fresh": fresh, "prunable": matrices, "seed": seed, "earlier": theta}
        return call(Component(target, 1, target=target), theta, **offered)

    return start


def changed(one: State, other: State) -> set[str]:
    return {name for name in one if not torch.equal(one[name], other[name])}


def spoil(state: State) -> None:
    """Write into every tensor in place."""
    for value in state.values():
        value.fill_(0.5 if value.is_floating_point() else 1)


every = pytest.mark.parametrize("target", TARGETS)


def test_the_three_of_the_paper_are_there_and_every_module_of_the_room_is_named_by_a_config() -> None:
    assert set(TARGETS) >= DRAWS | {ROOM + "pretrained.pretrained"}
    room = Path(__file__).parents[2] / "lightning_tickets" / "initialization"
    written = {f"{ROOM}{path.stem}" for path in room.glob("*.py")} - {ROOM + "__init__", ROOM + "state"}
    assert {target.rpartition(".")[0] for target in TARGETS} == written


@every
def test_names_shapes_and_types_are_those_of_theta_and_the_model_loads_it(target: str, begin, theta, encoder) -> None:
    start = begin(target, theta, 1)
    assert {n: (v.shape, v.dtype) for n, v in start.items()} == {n: (v.shape, v.dtype) for n, v in theta.items()}
    lacking, unknown = fresh_encoder(encoder.config, 0).load_state_dict(start, strict=False)
    assert not lacking and not unknown


@every
def test_neither_theta_nor_the_global_generator_is_changed(target: str, begin, theta: State) -> None:
    """Nor does writing into the result change θ0, the alias of the released code: twice in place on what was given."""
    before = clone(theta)
    with nothing_drawn():
        begin(target, theta, 1)
    assert changed(before, theta) == set()
    for _ in range(2):
        spoil(begin(target, theta, 1))
    assert changed(before, theta) == set()


@every
def test_writing_into_theta_never_changes_the_result(target: str, begin, theta: State) -> None:
    start = begin(target, theta, 1)
    before = clone(start)
    spoil(theta)
    assert changed(before, start) == set()


@every
def test_the_second_start_is_as_the_first(target: str, begin, theta: State) -> None:
    first = clone(begin(target, theta, 1))
    torch.manual_seed(12345)
    assert changed(first, begin(target, theta, 1)) == set()


@every
def test_another_seed_changes_what_is_drawn_and_nothing_else(target: str, begin, theta: State) -> None:
    one, others = begin(target, theta, 1), [begin(target, theta, seed) for seed in range(2, 8)]
    assert any(changed(one, other) for other in others) == (target in DRAWS)


def test_pretrained_is_theta(begin, theta: State) -> None:
    assert changed(theta, begin(ROOM + "pretrained.pretrained", theta, 1)) == set()


def test_shuffled_moves_the_values_of_each_matrix_across_the_whole_of_it(begin, theta: State, matrices) -> None:
    """Each matrix keeps its values, but neither do its rows nor its columns; nothing else changes."""
    start = begin(ROOM + "shuffled.shuffled", theta, 1)
    assert changed(theta, start) == set(matrices)
    for name in matrices:
        assert torch.equal(start[name].flatten().sort().values, theta[name].flatten().sort().values)
        for axis in (0, 1):
            assert not torch.equal(start[name].sort(axis).values, theta[name].sort(axis).values)


def test_shuffled_permutes_equal_matrices_differently(matrices) -> None:
    ramp = {name: torch.arange(12.0).view(3, 4) for name in ("a", "b")}
    start = get_object(ROOM + "shuffled.shuffled")(ramp, ("a", "b"), seed=1)
    assert not torch.equal(start["a"], start["b"])


def test_random_draws_everything_as_wide_as_the_architecture_says(begin, theta: State, encoder, matrices) -> None:
    one, other = (begin(ROOM + "random.random", theta, seed) for seed in (1, 2))
    assert changed(theta, one) == {name for name, value in theta.items() if value.is_floating_point()}
    words = "embeddings.word_embeddings.weight"
    assert (one[words] == other[words]).float().mean() < 0.05, "the embeddings too"
    drawn = torch.cat([one[name].flatten() for name in matrices])
    assert drawn.std().item() == pytest.approx(encoder.config.initializer_range, rel=0.02)


def test_random_refuses_another_architecture(theta: State) -> None:
    with pytest.raises(ValueError, match="other weights"):
        get_object(ROOM + "random.random")(theta, lambda seed: {"a": torch.zeros(1)}, 1)


def test_random_can_keep_the_embeddings(fresh, theta: State) -> None:
    start = get_object(ROOM + "random.random")(theta, fresh, 1, embeddings=False)
    layers = {name for name, value in theta.items() if not name.startswith("embeddings.") and value.is_floating_point()}
    assert changed(theta, start) == layers


def test_whole_layers_change_places_together(begin, theta: State, matrices) -> None:
    start = begin(ROOM + "shuffled.whole_layers", theta, 3)
    parts = {name.split(".", 3)[3] for name in matrices if name.startswith("encoder.layer.")}

    def layer(state: State, number: int) -> State:
        return {part: state[f"encoder.layer.{number}.{part}"] for part in parts}

    origins = [[k for k in range(3) if same(layer(start, number), layer(theta, k))] for number in range(3)]
    assert sorted(origins) == [[0], [1], [2]]


def test_whole_layers_leave_pooler_biases_and_embeddings(begin, theta: State, matrices) -> None:
    ever = [changed(theta, begin(ROOM + "shuffled.whole_layers", theta, seed)) for seed in range(8)]
    assert set().union(*ever) == {name for name in matrices if name.startswith("encoder.layer.")}
