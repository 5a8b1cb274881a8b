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
Start = Callable[..., State]


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
def begin(encoder, matrices) -> Callable[[str], Start]:
    """An initialization by its import path, with everything that a training offers."""

    def fresh(seed: int) -> State:
        return clone(fresh_encoder(encoder.config, seed).state_dict())

    def of(target: str) -> Start:
        def start(theta: State, seed: int) -> State:
            offered = {"fresh": fresh, "prunable": matrices, "seed": seed, "earlier": theta}
            return call(Component(target, 1, target=target), theta, **offered)

        return start

    return of


def changed(one: State, other: State) -> set[str]:
    return {name for name in one if not torch.equal(one[name], other[name])}


every = pytest.mark.parametrize("target", TARGETS)


def test_the_three_of_the_paper_are_there() -> None:
    assert set(TARGETS) >= DRAWS | {ROOM + "pretrained.pretrained"}


def test_every_module_of_the_room_is_named_by_a_config() -> None:
    room = Path(__file__).parents[2] / "lightning_tickets" / "initialization"
    written = {f"{ROOM}{path.stem}" for path in room.glob("*.py")} - {ROOM + "__init__", ROOM + "state"}
    assert {target.rpartition(".")[0] for target in TARGETS} == written


@every
def test_names_shapes_and_types_are_those_of_theta(target: str, begin, theta: State) -> None:
    start = begin(target)(theta, 1)
    assert {n: (v.shape, v.dtype) for n, v in start.items()} == {n: (v.shape, v.dtype) for n, v in theta.items()}


@every
def test_theta_is_left_as_it_was(target: str, begin, theta: State) -> None:
    before = clone(theta)
    begin(target)(theta, 1)
    assert changed(before, theta) == set()


@every
def test_writing_into_the_result_never_changes_theta(target: str, begin, theta: State) -> None:
    """The alias of the released code: two rounds in place on what one round gave."""
    before = clone(theta)
    for _ in range(2):
        for value in begin(target)(theta, 1).values():
            value.fill_(0.5 if value.is_floating_point() else 1)
    assert changed(before, theta) == set()


@every
def test_writing_into_theta_never_changes_the_result(target: str, begin, theta: State) -> None:
    start = begin(target)(theta, 1)
    before = clone(start)
    for value in theta.values():
        value.fill_(0.5 if value.is_floating_point() else 1)
    assert changed(before, start) == set()


@every
def test_the_second_start_is_as_the_first(target: str, begin, theta: State) -> None:
    first = clone(begin(target)(theta, 1))
    torch.manual_seed(12345)
    assert changed(first, begin(target)(theta, 1)) == set()


@every
def test_another_seed_changes_what_is_drawn_and_nothing_else(target: str, begin, theta: State) -> None:
    one, others = begin(target)(theta, 1), [begin(target)(theta, seed) for seed in range(2, 8)]
    assert any(changed(one, other) for other in others) == (target in DRAWS)


@every
def test_the_global_generator_is_as_it_was(target: str, begin, theta: State) -> None:
    before = torch.random.get_rng_state()
    begin(target)(theta, 1)
    assert torch.equal(before, torch.random.get_rng_state())


@every
def test_the_model_loads_it(target: str, begin, theta: State, encoder) -> None:
    lacking, unknown = fresh_encoder(encoder.config, 0).load_state_dict(begin(target)(theta, 1), strict=False)
    assert not lacking and not unknown


def test_pretrained_is_theta(begin, theta: State) -> None:
    assert changed(theta, begin(ROOM + "pretrained.pretrained")(theta, 1)) == set()


def test_shuffled_changes_every_prunable_matrix_and_nothing_else(begin, theta: State, matrices) -> None:
    assert changed(theta, begin(ROOM + "shuffled.shuffled")(theta, 1)) == set(matrices)


def test_shuffled_keeps_the_values_of_each_matrix(begin, theta: State, matrices) -> None:
    start = begin(ROOM + "shuffled.shuffled")(theta, 1)
    for name in matrices:
        assert torch.equal(start[name].flatten().sort().values, theta[name].flatten().sort().values)


def test_shuffled_moves_values_across_the_whole_matrix(begin, theta: State, matrices) -> None:
    """Neither rows nor columns keep their values."""
    start = begin(ROOM + "shuffled.shuffled")(theta, 1)
    for name in matrices:
        for axis in (0, 1):
            assert not torch.equal(start[name].sort(axis).values, theta[name].sort(axis).values)


def test_shuffled_permutes_equal_matrices_differently(matrices) -> None:
    ramp = {name: torch.arange(12.0).view(3, 4) for name in ("a", "b")}
    start = get_object(ROOM + "shuffled.shuffled")(ramp, ("a", "b"), seed=1)
    assert not torch.equal(start["a"], start["b"])


def test_random_is_drawn_anew_everywhere(begin, theta: State) -> None:
    start = begin(ROOM + "random.random")(theta, 1)
    assert changed(theta, start) == {name for name, value in theta.items() if value.is_floating_point()}


def test_random_draws_the_embeddings_too(begin, theta: State) -> None:
    one, other = (begin(ROOM + "random.random")(theta, seed) for seed in (1, 2))
    name = "embeddings.word_embeddings.weight"
    assert (one[name] == other[name]).float().mean() < 0.05


def test_random_is_as_wide_as_the_architecture_says(begin, theta: State, encoder, matrices) -> None:
    start = begin(ROOM + "random.random")(theta, 1)
    drawn = torch.cat([start[name].flatten() for name in matrices])
    assert drawn.std().item() == pytest.approx(encoder.config.initializer_range, rel=0.02)


def test_random_refuses_another_architecture(theta: State) -> None:
    with pytest.raises(ValueError, match="other weights"):
        get_object(ROOM + "random.random")(theta, lambda seed: {"a": torch.zeros(1)}, 1)


def test_random_can_keep_the_embeddings(encoder, theta: State) -> None:
    start = get_object(ROOM + "random.random")(
        theta, lambda seed: clone(fresh_encoder(encoder.config, seed).state_dict()), 1, embeddings=False
    )
    layers = {name for name, value in theta.items() if not name.startswith("embeddings.") and value.is_floating_point()}
    assert changed(theta, start) == layers


def test_whole_layers_change_places_together(begin, theta: State, matrices) -> None:
    start = begin(ROOM + "shuffled.whole_layers")(theta, 3)
    parts = {name.split(".", 3)[3] for name in matrices if name.startswith("encoder.layer.")}
    moved = []
    for layer in range(3):
        at = f"encoder.layer.{layer}."
        found = {
            other
            for other in range(3)
            if all(torch.equal(start[at + part], theta[f"encoder.layer.{other}.{part}"]) for part in parts)
        }
        assert len(found) == 1
        moved += found
    assert sorted(moved) == [0, 1, 2]


def test_whole_layers_leave_pooler_biases_and_embeddings(begin, theta: State, matrices) -> None:
    ever: set[str] = set()
    for seed in range(8):
        ever |= changed(theta, begin(ROOM + "shuffled.whole_layers")(theta, seed))
    assert ever == {name for name in matrices if name.startswith("encoder.layer.")}
