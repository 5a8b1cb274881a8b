"""Commands as they are typed, the runs that they mean, and the components that they name."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from omegaconf import DictConfig, OmegaConf

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.composition.single import run_of
from lightning_tickets.composition.sweep import Sweep
from lightning_tickets.studies.plan import RequestedRun
from lightning_tickets.tickets.spec import Run


@cache
def typed(*overrides: str) -> Run:
    """The run of a single command."""
    return run_of(compose_config(overrides))


def checked_sweep(*overrides: str, every: int = 1) -> Sweep:
    """A sweep of which each cell, or one in ``every``, is the same run when its command is typed alone."""
    sweep = parse_sweep(overrides)
    assert_same_alone(sweep.requested[::every])
    return sweep


def assert_same_alone(requests: Iterable[RequestedRun]) -> None:
    for request in requests:
        assert typed(*request.overrides) == request.run


def targets(node: Any) -> Iterator[str]:
    """The import paths of all components of a config; interpolations are not followed."""
    if isinstance(node, DictConfig):
        if "_target_" in node:
            yield node._target_
        for key in node:
            if not OmegaConf.is_interpolation(node, key) and not OmegaConf.is_missing(node, key):
                yield from targets(node[key])
