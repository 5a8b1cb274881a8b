"""What a pruner can ask for by the names of its parameters, and where that is available.

A pruner is called with the weights, the mask so far and the count to keep; its further parameters say what it needs.
No torch here: needs are checked when a run is composed.
"""

from dataclasses import dataclass

from lightning_tickets.components import Component
from lightning_tickets.declarations import declaration
from lightning_tickets.errors import UserError

ROUND, UNTRAINED, DRAWN = "in a search's trained rounds", "in a round that prunes first", "in a mask drawn from θ0"
EVERYWHERE = (ROUND, UNTRAINED, DRAWN)
ALWAYS = ("weights", "mask", "count")
CALLBACK = "callback"


@dataclass(frozen=True)
class Need:
    """``what`` a pruner gets, and in which of the three situations."""

    what: str
    available: tuple[str, ...] = EVERYWHERE


NEEDS = {
    "seed": Need("a seed of its own"),
    "heads": Need("which parts of which matrices make up an attention head"),
    "fresh": Need("a function from a seed to the weights of a new network"),
    "gradients": Need("a function from a mask and a number of batches to the mean gradient"),
    "start": Need("the weights that the training started from", (ROUND, UNTRAINED)),
    CALLBACK: Need("the callback that it declares, after the training", (ROUND,)),
}


def check_needs(key: str, pruner: Component, situation: str) -> None:
    """UserError unless everything that the pruner requires is available in the situation."""
    declared = declaration(pruner.target)
    if declared.parameters[: len(ALWAYS)] != ALWAYS:
        raise UserError(f"{key}: {pruner.target} is not a pruner: expected the parameters {', '.join(ALWAYS)}")
    options = dict(pruner.options)
    for name in declared.parameters[len(ALWAYS) :]:
        if name not in declared.required or name in options:
            continue
        if name not in NEEDS:
            raise UserError(f"{key}: {pruner.target} needs {name!r}; a pruner can ask for {', '.join(NEEDS)}")
        if situation not in NEEDS[name].available:
            where = " and ".join(NEEDS[name].available)
            raise UserError(f"{key}: {pruner.target} needs {name!r} ({NEEDS[name].what}): available {where}")
        if name == CALLBACK:
            _check_callback(key, pruner, declared.callback)


def _check_callback(key: str, pruner: Component, callback: str | None) -> None:
    """UserError unless the pruner declares a class that can be found and is made of the matrices' names.

    It may also take the ``count`` that the round keeps.
    """
    try:
        takes = declaration(callback).parameters if callback is not None else ()
    except ImportError as error:
        raise UserError(f"{key}: {pruner.target} declares callback={callback!r} ({error})") from error
    if len(takes) != 1 and takes[1:] != ("count",):
        expected = 'expected @component(…, callback="import path of a class that takes the matrices\' names")'
        raise UserError(f"{key}: {pruner.target} declares callback={callback!r}; {expected}")
