"""One pruning step: a pruner with whatever it asks for, and the checks of its mask."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import pytorch_lightning as lightning
from hydra.utils import get_object

from lightning_tickets.components import Component, accepts, call
from lightning_tickets.declarations import declaration
from lightning_tickets.errors import UserError
from lightning_tickets.pruning.mask import Mask, Weights, kept
from lightning_tickets.runs.world import world_size as processes
from lightning_tickets.tickets.workbench import Workbench
from lightning_tickets.training.distributed import all_gather

Gradients = Callable[[Mask, int, int], Weights]
"""Of a mask, a number of batches and a seed: the mean gradient of each prunable matrix."""


def prune(
    pruner: Component,
    bench: Workbench,
    weights: Weights,
    mask: Mask,
    count: int,
    seed: int,
    gradients: Gradients,
    **of_training: Any,
) -> Mask:
    """The mask that the pruner makes of ``mask``; ``of_training`` are further things that it can ask for (``needs``).

    UserError unless it keeps ``count`` weights; RuntimeError unless it is the same in every process.
    """

    def of_batches(of: Mask, batches: int) -> Weights:
        return gradients(of, batches, seed)

    offered = {"seed": seed, "fresh": bench.fresh, "gradients": of_batches, **of_training}
    if accepts(pruner, "heads"):
        offered["heads"] = bench.attention_heads()
    pruned = with_count(call(pruner, weights, mask, count, **offered), count, pruner)
    if processes() > 1:
        _check_same(pruned)
    return pruned


def training_callback(pruner: Component, prunable: Iterable[str], count: int) -> tuple[Any, ...]:
    """The Lightning callback that the pruner declares, made for the matrices of these names; empty if it has none.

    One that asks for it by name gets the ``count`` of weights that the round keeps.
    UserError for one that is not restored when an interrupted training resumes.
    """
    target = declaration(pruner.target).callback
    if target is None:
        return ()
    callback = get_object(target)
    if callback.state_dict is lightning.Callback.state_dict:
        raise UserError(f"{target} has no state_dict: an interrupted training would lose what it has gathered")
    asked = {"count": count} if "count" in declaration(target).parameters else {}
    return (callback(tuple(prunable), **asked),)


def with_count(mask: Mask, count: int, made_by: Component) -> Mask:
    """The mask; UserError unless it keeps as many weights as its component was asked for."""
    if kept(mask) != count:
        raise UserError(f"{made_by.target}: expected a mask that keeps {count} weights, got {kept(mask)}")
    return mask


def _check_same(mask: Mask) -> None:
    """RuntimeError unless every process has the same mask."""
    bits = hashlib.sha256(b"".join(m.numpy().tobytes() for m in mask.values())).hexdigest()
    if set(all_gather(bits)) != {bits}:
        raise RuntimeError("the processes of this training have pruned to different masks")
