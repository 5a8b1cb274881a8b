"""A config node with a ``_target_`` as a component: its stable name, its version and its options."""

from __future__ import annotations

from omegaconf import DictConfig

from lightning_tickets.checks import integer, word
from lightning_tickets.components import Component, declaration
from lightning_tickets.errors import UserError


def component_at(key: str, node: DictConfig) -> Component:
    """UserError for a target that cannot be imported, or an option that it does not take; null means its default.

    A component that declares no name goes by its import path. A ``version`` in the YAML stands for the declared one: a
    task of the user's own raises it when its old results should not count any more.
    """
    target = str(node.get("_target_"))
    try:
        declared = declaration(target)
    except ImportError as error:
        raise UserError(f"{key}._target_={target}: expected the import path of a function or class") from error
    options = {str(k): v for k, v in node.items() if k not in ("_target_", "version") and v is not None}
    unknown = sorted(set(options) - set(declared.parameters))
    if unknown and not declared.open:
        raise UserError(f"{key}.{unknown[0]}: {target} has no such option; it has {', '.join(declared.parameters)}")
    for name in options.keys() & declared.choices.keys():
        word(*declared.choices[name])(f"{key}.{name}", options[name])
    version = node.get("version", declared.version or 1)
    return Component(
        declared.name or target, integer(1)(f"{key}.version", version), tuple(sorted(options.items())), target
    )
