"""Metrics of finished runs, recomputed from the predictions that were stored with them."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from math import isclose
from pkgutil import iter_modules
from typing import Any

from lightning_tickets import tasks
from lightning_tickets.runs.hashed_as import HASHED_AS
from lightning_tickets.runs.maintenance import artefacts
from lightning_tickets.runs.store import SPEC, Store, read_json
from lightning_tickets.tasks.kind import Columns, Kind
from lightning_tickets.tickets.result import EXAMPLES, RESULT
from lightning_tickets.training.config import held_out

TOLERANCE = 1e-6  # of metrics that are computed in single precision on another machine


def rescored(store: Store) -> Iterator[tuple[str, Mapping[str, float], Mapping[str, float]]]:
    """Name, metrics as stored and metrics as recomputed, of every run with stored predictions and a kind of ours."""
    for name in artefacts(store):
        folder = store.path(name)
        if (folder / EXAMPLES).is_file():
            stored = read_json(folder / RESULT)["metrics"]
            yield name, stored, recompute(read_json(folder / SPEC), read_json(folder / EXAMPLES), stored)


def different(stored: Mapping[str, float], again: Mapping[str, float]) -> list[str]:
    """The metrics whose recomputed value is another one."""
    return [name for name, value in again.items() if not isclose(stored[name], value, abs_tol=TOLERANCE)]


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
            name, version = getattr(value, "declared", ("", None))
            if HASHED_AS.get(name, name) == stored["target"] and version == stored["version"]:
                kind: Kind = value(**dict(stored["options"]))
                return kind
    return None
