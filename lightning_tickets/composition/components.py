"""A config node with a ``_target_`` as a component: its stable name, its version and its options."""

from collections.abc import Sequence
from typing import Any

from omegaconf import DictConfig, ListConfig

from lightning_tickets.checks import integer, word
from lightning_tickets.components import Component, accepts, declaration
from lightning_tickets.composition import data_and_model
from lightning_tickets.errors import UserError
from lightning_tickets.models.files import SPLIT_BY_HEAD
from lightning_tickets.tickets.needs import check_needs


def component_at(key: str, node: DictConfig, offered: Sequence[str] | None = None, given: int = 0) -> Component:
    """UserError for a target that cannot be imported, or an option that it does not take; null means its default.

    With ``offered``, also for a target that requires a parameter which is neither among these nor an option; its first
    ``given`` parameters are filled by position.
    A component that declares no name goes by its import path. A ``version`` in the YAML stands for the declared one: a
    task of the user's own raises it when its old results should not count any more.
    """
    target = str(node.get("_target_"))
    try:
        declared = declaration(target)
    except ImportError as error:
        expected = "expected the import path of a function or class"
        raise UserError(f"{key}._target_={target}: {expected} ({error})") from error
    values = {str(name): value for name, value in node.items() if name not in ("_target_", "version")}
    options = {name: _option(f"{key}.{name}", value) for name, value in values.items() if value is not None}
    unknown = sorted(set(options) - set(declared.parameters))
    if unknown and not declared.open:
        raise UserError(f"{key}.{unknown[0]}: {target} has no such option; it has {', '.join(declared.parameters)}")
    for name in options.keys() & declared.choices.keys():
        word(*declared.choices[name])(f"{key}.{name}", options[name])
    version = node.get("version", declared.version or 1)
    missing = [name for name in declared.required if name not in {*options, *declared.parameters[:given]}]
    if offered is not None and not set(missing) <= set(offered):
        name = next(name for name in missing if name not in offered)
        raise UserError(f"{key}: {target} needs {name!r}; it can ask for {', '.join(offered)}")
    return Component(
        declared.name or target, integer(1)(f"{key}.version", version), tuple(sorted(options.items())), target
    )


def pruner_at(key: str, node: DictConfig, situations: Sequence[str], config: DictConfig) -> Component:
    """UserError for a pruner that needs what is not available in one of the situations or with the network."""
    pruner = component_at(key, node)
    for situation in situations:
        check_needs(key, pruner, situation)
    if accepts(pruner, "heads"):
        model_type = data_and_model.model_folder(config).model_type()
        if model_type is not None and model_type not in SPLIT_BY_HEAD:
            raise UserError(
                f"{key}: {pruner.target} needs attention heads, not known for type {model_type!r}; "
                f"known types are {', '.join(sorted(SPLIT_BY_HEAD))}"
            )
    return pruner


def _option(key: str, value: Any) -> Any:
    """A list as a tuple; UserError for a mapping."""
    if isinstance(value, DictConfig):
        raise UserError(f"{key}: expected a number, a word or a list of these")
    return tuple(value) if isinstance(value, ListConfig) else value
