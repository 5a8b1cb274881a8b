"""Components: functions and classes that a config names by ``_target_``, each with a stable name and a version.

The stable name, not the import path, enters the names of runs, so a component can be moved or renamed in the code.
Planning reads what a component declares from its source file, since importing most of them would load torch.
"""

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, ClassVar, TypeVar

from lightning_tickets.errors import reason

Target = TypeVar("Target", bound=Callable[..., object])
Scalar = bool | int | float | str | None
Definition = ast.FunctionDef | ast.ClassDef


def component(name: str, version: int = 1) -> Callable[[Target], Target]:
    """Give a function or class its stable name; raise ``version`` whenever its code changes a result."""

    def mark(target: Target) -> Target:
        target.declared = (name, version)  # type: ignore[attr-defined]
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


@dataclass(frozen=True)
class Declaration:
    """What a component says of itself: ``name`` and ``version`` (None if not declared) and its parameters.

    ``required`` are the parameters without a default value; ``open`` components take any keyword; ``choices`` are the
    words that a parameter annotated as ``Literal[…]`` takes.
    """

    name: str | None
    version: int | None
    parameters: tuple[str, ...]
    required: tuple[str, ...]
    open: bool = False
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@lru_cache(maxsize=256)
def declaration(target: str) -> Declaration:
    """Of an import path; ImportError with the reason if there is no such function or class.

    A component that is not defined in a source file by itself (one that is built or inherited) is imported.
    """
    definition = _definition(target)
    function = _init(definition) if isinstance(definition, ast.ClassDef) else definition
    if definition is None or function is None:
        return _imported(target)
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    positional = len(arguments.posonlyargs) + len(arguments.args)
    defaults = [None] * (positional - len(arguments.defaults)) + list(arguments.defaults) + list(arguments.kw_defaults)
    parameters = [(a.arg, default is None) for a, default in zip(named, defaults, strict=True)]
    if function is not definition:
        parameters = parameters[1:]  # self
    name, version = next(_marks(definition), (None, None))
    names, required = tuple(n for n, _ in parameters), tuple(n for n, needed in parameters if needed)
    choices = {a.arg: tuple(map(str, ast.literal_eval(literal))) for a in named if (literal := _literal(a.annotation))}
    return Declaration(name, version, names, required, arguments.kwarg is not None, choices)


def _literal(annotation: ast.expr | None) -> ast.expr | None:
    """What stands within ``Literal[…]``."""
    if isinstance(annotation, ast.Subscript) and isinstance(annotation.value, ast.Name):
        return annotation.slice if annotation.value.id == "Literal" else None
    return None


def _imported(target: str) -> Declaration:
    try:
        loaded = resolve_name(target)
        parameters = inspect.signature(loaded).parameters.values()
    except Exception as error:
        raise ImportError(reason(error)) from error
    name, version = vars(loaded).get("declared", (None, None))
    plain = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    required = tuple(p.name for p in plain if p.default is p.empty)
    return Declaration(
        name, version, tuple(p.name for p in plain), required, any(p.kind == p.VAR_KEYWORD for p in parameters)
    )


def _definition(target: str) -> Definition | None:
    """The function or class in its source file, followed through ``from … import …``; None if it is not there."""
    module, _, name = target.rpartition(".")
    path = _source(module)
    if path is None:
        return None
    try:
        module_tree = ast.parse(path.read_bytes(), path.name)
    except SyntaxError as error:
        raise ImportError(reason(error)) from error
    for node in module_tree.body:
        if isinstance(node, Definition) and node.name == name:
            return node
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return _definition(f"{node.module}.{alias.name}")
    return None


def _source(module: str) -> Path | None:
    """The source file of a module, found without importing the packages that it is in."""
    first, *rest = module.split(".")
    try:
        spec: ModuleSpec | None = find_spec(first) if first else None
    except ValueError:
        return None
    name = first
    for part in rest:
        name = f"{name}.{part}"
        spec = PathFinder.find_spec(name, spec.submodule_search_locations) if spec else None
    return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None


def _init(definition: ast.ClassDef) -> ast.FunctionDef | None:
    return next((n for n in definition.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)


def _marks(definition: Definition) -> Iterator[tuple[str, int]]:
    """Name and version by the decorator ``@component("name", version=1)``."""
    for mark in definition.decorator_list:
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == component.__name__:
            values = [ast.literal_eval(argument) for argument in (*mark.args, *(k.value for k in mark.keywords))]
            yield values[0], values[1] if len(values) > 1 else 1
