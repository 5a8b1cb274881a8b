"""Commands as they are typed, and the runs that they mean."""

from collections.abc import Iterable
from functools import cache

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
