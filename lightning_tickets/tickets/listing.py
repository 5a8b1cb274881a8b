"""What is in a store as plain values: what ``store list`` prints and ``lightning_tickets.results`` collects."""

from collections.abc import Mapping
from typing import Any

from lightning_tickets.runs.hashed_as import stable_name
from lightning_tickets.runs.store import OBJECT, SPEC, Store
from lightning_tickets.tickets.result import RESULT, RESULTS, Result

LISTED = "name task row source pruner rewind sparsity seed metric score seconds".split()


def row_of(name: str, spec: dict[str, Any], result: Result | None, seconds: float | None) -> dict[str, Any]:
    """What its spec and result say of an artefact, by the names in LISTED.

    A round of a search is of row ``find``; the sparsity is in percent.
    """
    search = search_of(spec)
    return {
        "name": name,
        "task": at(spec, "problem", "task", "name") or at(search, "problem", "task", "name"),
        "row": spec.get("row", "find"),
        "source": "+".join(at(one, "task", "name") for one in problems_of(search)) or None,
        "pruner": _name(at(search, "pruner", "target") or at(spec, "mask", "pruner", "target")),
        "rewind": at(search, "rewind"),
        "sparsity": _percent(spec, result),
        "seed": spec.get("seed", at(search, "seed")),
        "metric": result.metric if result else None,
        "score": result.score if result else None,
        "seconds": seconds,
    }


def spec_of(store: Store, name: str) -> dict[str, Any]:
    return store.read(name, SPEC, OBJECT)


def result_of(store: Store, name: str) -> Result | None:
    """None for a round that has not trained."""
    return store.read(name, RESULT, RESULTS) if (store.path(name) / RESULT).exists() else None


def search_of(spec: dict[str, Any]) -> dict[str, Any]:
    """The search that an artefact belongs to, empty if there is none."""
    return at(spec, "chain") or at(spec, "mask", "ticket", "chain") or at(spec, "mask", "chain") or {}


def problems_of(search: Mapping[str, Any]) -> list[Any]:
    """A search's own problem and those that are trained together with it."""
    return [problem for problem in (at(search, "problem"), *(at(search, "mix", "problems") or ())) if problem]


def at(value: Any, *keys: str) -> Any:
    """What lies below these keys, None if there is nothing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _percent(spec: dict[str, Any], result: Result | None) -> int:
    """As it was asked for; of a mask from a file as it is."""
    asked = (spec.get("percent"), at(spec, "mask", "ticket", "percent"), at(spec, "mask", "percent"))
    known = next((percent for percent in asked if percent is not None), None)
    if known is None and result is not None:
        known = round(100 - 100 * result.kept / result.prunable)
    return known or 0


def _name(target: Any) -> str | None:
    return stable_name(str(target)) if target else None
