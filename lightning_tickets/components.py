"""Components: functions and classes that a config names by ``_target_``, each with a stable name and a version.

The stable name, not the import path, enters the names of runs, so a component can be moved or renamed in the code.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from lightning_tickets.declarations import declaration

Target = TypeVar("Target", bound=Callable[..., object])
Scalar = bool | int | float | str | None


def component(name: str, version: int = 1, callback: str | None = None) -> Callable[[Target], Target]:
    """Give a function or class its stable name; raise ``version`` whenever its code changes a result.

    ``callback`` is the import path of the Lightning callback that a pruner needs in the training of each round. All
    three are literals, since they are read without importing the module.
    """

    def mark(target: Target) -> Target:
        target.declared = (name, version, callback)  # type: ignore[attr-defined]
        return target

    return mark


@dataclass(frozen=True)
class Component:
    """A function or class that a config names: its stable name, the version of its results, and its options.

    ``target`` is its import path, which is no part of its identity.
    """

    tag: ClassVar[str] = "Component"
    name: str = field(metadata={"key": "target", "component": True})
    version: int
    options: tuple[tuple[str, Scalar | tuple[Scalar, ...]], ...] = ()
    target: str = field(default="", compare=False, metadata={"key": None})  # not hashed


def call(component: Component, *arguments: Any, **offered: Any) -> Any:
    """The component's result for ``arguments`` and its options; of what is offered it gets what it has names for.

    An option goes before what is offered under the same name.
    """
    from hydra.utils import get_object

    accepted = {name: value for name, value in offered.items() if accepts(component, name)}
    return get_object(component.target)(*arguments, **accepted | dict(component.options))


def accepts(component: Component, name: str) -> bool:
    """Whether its signature has a parameter of that name."""
    return name in declaration(component.target).parameters
