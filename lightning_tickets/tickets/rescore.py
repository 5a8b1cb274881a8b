"""Metrics of finished runs, recomputed from the predictions that were stored with them."""

from collections.abc import Mapping
from importlib import import_module
from math import isclose
from pkgutil import iter_modules
from typing import Any

from lightning_tickets import tasks
from lightning_tickets.errors import Damaged, reason
from lightning_tickets.runs.hashed_as import HASHED_AS
from lightning_tickets.runs.store import OBJECT, SPEC, Store
from lightning_tickets.tasks.kind import Columns, Kind
from lightning_tickets.tickets.result import COLUMNS, EXAMPLES, RESULT, RESULTS
from lightning_tickets.training.config import held_out

TOLERANCE = 1e-6  # of metrics that are computed in single precision on another machine


def rescore(store: Store, name: str) -> tuple[Mapping[str, float], Mapping[str, float]] | None:
    """A run's metrics as stored and as recomputed, None without stored predictions.

    Damaged if these and the spec are not what the suite writes.
    """
    if not (store.path(name) / EXAMPLES).exists():
        return None
    stored = store.read(name, RESULT, RESULTS).metrics
    spec, columns = store.read(name, SPEC, OBJECT), store.read(name, EXAMPLES, COLUMNS)
    try:
        return stored, recompute(spec, columns, stored)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        why = f"expected predictions that can be scored, got {type(error).__name__}: {reason(error)}"
        raise Damaged(store.path(name) / EXAMPLES, why, store.path(name)) from error


def different(stored: Mapping[str, float], again: Mapping[str, float]) -> list[str]:
    """The metrics whose recomputed value is another one."""
    return [n for n, value in again.items() if n not in stored or not isclose(stored[n], value, abs_tol=TOLERANCE)]


def recompute(spec: Mapping[str, Any], columns: Columns, stored: Mapping[str, float]) -> dict[str, float]:
    """Those of the stored metrics that a kind of task of the suite computes; a user's own metrics are left out."""
    task = spec["problem"]["task"]
    kind = _kind(task["kind"])
    if kind is None:
        return {}
    metrics = dict(kind.score(_part(columns, "")).metrics)
    further = [name for _, name in task["further"]]
    for name in stored:
        base = name.removeprefix(held_out(""))
        if part := _part(columns, f"{name}."):
            own = kind.score(part).metrics
            own = own | dict.fromkeys(further, own[kind.metrics[0]])
            metrics |= {name: own[base]} if base in own else {}
    return metrics


def _part(columns: Columns, prefix: str) -> Columns:
    """The columns of one split: of the development set those without a prefix."""
    ends = {name.removeprefix(prefix): values for name, values in columns.items() if name.startswith(prefix)}
    return {name: values for name, values in ends.items() if "." not in name}


def _kind(stored: Mapping[str, Any]) -> Kind | None:
    """The kind of task that a spec.json describes; None if the suite has none of that name and version."""
    for module in iter_modules(tasks.__path__, f"{tasks.__name__}."):
        for value in vars(import_module(module.name)).values():
            name, version, *_ = getattr(value, "declared", ("", None))
            if HASHED_AS.get(name, name) == stored["target"] and version == stored["version"]:
                kind: Kind = value(**dict(stored["options"]))
                return kind
    return None
