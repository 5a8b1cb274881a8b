"""The name of a run: a readable slug and eight hex digits of the hash of its spec.

A spec is a frozen dataclass of scalars, tuples and further specs, with a fixed ``tag`` that stands for its type. Fields
at their default are left out of what is hashed, so a new field with a default renames nothing; the full spec is stored
with the result, so that a changed default is noticed (see ``store``). A field whose metadata has ``key: None`` is in
neither. No import path and no class name is hashed.
"""

import hashlib
import json
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

from lightning_tickets.runs.hashed_as import HASHED_AS


def described(value: Any, keep_defaults: bool = True) -> Any:
    """Every field of a spec as JSON values, dataclasses with their tag under ``is``."""
    if is_dataclass(value) and not isinstance(value, type):
        kept = {
            key: described(_hashed(f, getattr(value, f.name)), keep_defaults)
            for f in fields(value)
            if (key := f.metadata.get("key", f.name)) is not None
            and (keep_defaults or f.default is MISSING or getattr(value, f.name) != f.default)
        }
        return {"is": _tag(value), **kept}
    if isinstance(value, (tuple, list)):
        return [described(item, keep_defaults) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"a spec holds scalars, tuples and dataclasses, not {type(value).__name__}")


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


def _hashed(field: Field[Any], value: Any) -> Any:
    """The value, or the import path that was hashed first for a component."""
    return HASHED_AS.get(value, value) if field.metadata.get("component") else value
