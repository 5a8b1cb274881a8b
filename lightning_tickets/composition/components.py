"""A config node with a ``_target_`` as a component: its stable name, its version and its options."""

from collections.abc import Iterable, Sequence
from typing import Any

from omegaconf import DictConfig, ListConfig

from lightning_tickets.checks import boolean, integer, real, whole, word
from lightning_tickets.components import Component
from lightning_tickets.declarations import Declaration, declaration, methods
from lightning_tickets.errors import UserError
from lightning_tickets.runs.hashed_as import HASHED_AS

OF_TYPE = {"int": whole, "float": real, "bool": boolean}  # by the annotation of a component's parameter
TARGET = "_target_"
PACKAGE = "lightning_tickets."
NAMES = {*HASHED_AS, "adamw", "sgd", "tamt", "obert"}  # that components of the suite declare


def component_at(key: str, node: Any, offered: Sequence[str] | None = None, given: int = 0) -> Component:
    """UserError for what is no component of its kind, or for an option that it does not take; null means its default.

    Its first ``given`` parameters are filled by position. With ``offered``, all others that it requires must be among
    these or options.
    A component that declares no name goes by its import path. A ``version`` in the YAML stands for the declared one: a
    task of the user's own raises it when its old results should not count any more.
    """
    target, declared = declaration_at(key, node)
    values = {str(name): value for name, value in node.items() if name not in (TARGET, "version")}
    options = {name: _option(f"{key}.{name}", value) for name, value in values.items() if value is not None}
    named = declared.parameters[given:]
    unknown = sorted(set(options).difference(named))
    if unknown and not declared.open:
        known = ", ".join(named) or "none"
        raise UserError(f"{key}.{unknown[0]}: {target} has no such option; it has {known}")
    for name in options.keys() & declared.choices.keys():
        word(*declared.choices[name])(f"{key}.{name}", options[name])
    for name in options.keys() & declared.types.keys():
        OF_TYPE[declared.types[name]](f"{key}.{name}", options[name])
    version = node.get("version", declared.version or 1)
    if offered is not None:
        _check_offered(key, target, declared, set(options), offered, given)
    name = _name(key, target, declared)
    return Component(name, integer(1)(f"{key}.version", version), tuple(sorted(options.items())), target)


def declaration_at(key: str, node: Any) -> tuple[str, Declaration]:
    """The ``_target_`` of a config node and what it declares; UserError for one that is absent or refused."""
    if not isinstance(node, DictConfig) or not isinstance(node.get(TARGET), str):
        raise UserError(f"{key}: expected a mapping with a {TARGET}")
    target = str(node[TARGET])
    try:
        return target, declaration(target)
    except ImportError as error:
        expected = "expected the import path of a function or class"
        raise UserError(f"{key}.{TARGET}={target}: {expected} ({error})") from error


def check_methods(key: str, component: Component, needed: Iterable[str]) -> None:
    """UserError unless the component is a class with these methods."""
    if missing := sorted(set(needed) - methods(component.target)):
        raise UserError(f"{key}: {component.target} is not a class with a method {missing[0]!r}")


def _check_offered(
    key: str, target: str, declared: Declaration, options: set[str], offered: Sequence[str], given: int
) -> None:
    """UserError unless the component can be called with what its kind is called with."""
    named = declared.parameters[given:]
    missing = [name for name in declared.required if name in named and name not in options.union(offered)]
    if missing and not offered:
        raise UserError(f"{key}.{missing[0]} has no value: give {key}.{missing[0]}=…")
    if missing:
        raise UserError(f"{key}: {target} needs {missing[0]!r}; it can ask for {', '.join(offered)}")
    if len(declared.parameters) < given:
        raise UserError(f"{key}: {target} takes {len(declared.parameters)} arguments, expected at least {given}")


def _name(key: str, target: str, declared: Declaration) -> str:
    """Its declared name, or else its import path; UserError for a name that a component of the suite has."""
    ours = declared.name in NAMES or str(declared.name).startswith(PACKAGE)
    if ours and not target.startswith(PACKAGE):
        raise UserError(f"{key}: {target} declares the name {declared.name!r} of a component of the suite")
    return declared.name or target


def _option(key: str, value: Any) -> Any:
    """A list as a tuple; UserError for a mapping."""
    if isinstance(value, DictConfig):
        raise UserError(f"{key}: expected a number, a word or a list of these")
    return tuple(value) if isinstance(value, ListConfig) else value
