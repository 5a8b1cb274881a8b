"""The name of a run: a readable slug and eight hex digits of the hash of its spec.

A spec is a frozen dataclass of scalars, tuples and further specs, with a fixed ``tag`` that stands for its type. Fields
at their default are left out of what is hashed, so a new field with a default renames nothing; the full spec is stored
with the result, so that a changed default is noticed (see ``store``). A field whose metadata has ``key: None`` is in
neither. No import path and no class name is hashed.
"""

import hashlib
import json
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any

from lightning_tickets.runs.hashed_as import HASHED_AS


def described(value: Any, keep_defaults: bool = True) -> Any:
    """Every field of a spec as JSON values, dataclasses with their tag under ``is``. Not to be changed: it is kept."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (tuple, list)):
        return [described(item, keep_defaults) for item in value]
    if not is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"a spec holds scalars, tuples and dataclasses, not {type(value).__name__}")
    known: dict[bool, Any] = getattr(value, "__dict__", {}).setdefault("_described", {})  # many specs share a part
    if keep_defaults in known:
        return known[keep_defaults]
    described_as: dict[str, Any] = {"is": _tag(value)}
    for name, key, default, is_component in _hashed_fields(type(value)):
        own = getattr(value, name)
        if keep_defaults or default is MISSING or own != default:
            described_as[key] = described(HASHED_AS.get(own, own) if is_component else own, keep_defaults)
    known[keep_defaults] = described_as
    return described_as


def canonical(spec: Any) -> Any:
    """As ``described``, without fields at their default: the part of a spec that is hashed."""
    return described(spec, keep_defaults=False)


def digest(spec: Any) -> str:
    """Eight hex digits of the SHA-256 of the canonical form."""
    text = json.dumps(canonical(spec), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def run_name(slug: str, spec: Any) -> str:
    return f"{slug}-{digest(spec)}"


def _tag(value: Any) -> str:
    tag = vars(type(value)).get("tag")
    if not isinstance(tag, str):
        raise TypeError(f"a spec's type has a fixed tag of its own, {type(value).__name__} has none")
    return tag


@cache
def _hashed_fields(spec: type) -> tuple[tuple[str, str, Any, bool], ...]:
    """Name, key and default of each field; whether the import path that was hashed first stands for its value."""
    keys = [(field, field.metadata.get("key", field.name)) for field in fields(spec)]
    return tuple((f.name, key, f.default, bool(f.metadata.get("component"))) for f, key in keys if key is not None)
