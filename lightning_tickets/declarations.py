"""What a component declares, read from its source file: planning imports none of them, since most would load torch."""

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from lightning_tickets.errors import reason

Definition = ast.FunctionDef | ast.ClassDef
MARK = "component"  # the decorator that gives a component its name and version
# Packages that no component comes from: Python's own, and those that unpickle, load code or call what they are told to.
LOADERS = "cloudpickle datasets dill fsspec hydra joblib numpy omegaconf pandas pip setuptools torch transformers yaml"
REFUSED = sys.stdlib_module_names | set(LOADERS.split())
ALLOWED = "torch.optim."
TYPES = ("int", "float", "bool")


@dataclass(frozen=True)
class Declaration:
    """What a component says of itself: ``name``, ``version``, ``callback`` (None if not declared) and its parameters.

    ``required`` are the parameters without a default value; ``open`` components take any keyword; ``choices`` are the
    words that a parameter annotated as ``Literal[…]`` takes; ``types`` are ``int``, ``float`` or ``bool`` of
    those that are annotated so.
    """

    name: str | None
    version: int | None
    parameters: tuple[str, ...]
    required: tuple[str, ...]
    open: bool = False
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    callback: str | None = None
    types: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=256)
def declaration(target: str) -> Declaration:
    """Of an import path; ImportError with the reason if there is no such function or class, or if it is refused.

    A component that is not defined in a source file by itself (one that is built or inherited) is imported.
    """
    _check_allowed(target)
    try:
        found = _definition(target)
        return _imported(target) if found is None or _signature(found[1]) is None else _declared(*found)
    except (SyntaxError, ValueError, RecursionError, OSError) as error:
        raise ImportError(reason(error)) from error


@lru_cache(maxsize=256)
def methods(target: str) -> frozenset[str]:
    """The methods of a class with those that it inherits; none of a function."""
    found = _definition(target)
    if found is None:
        loaded = _loaded(target)
        return frozenset(dir(loaded) if inspect.isclass(loaded) else ())
    module, definition = found
    if isinstance(definition, ast.FunctionDef):
        return frozenset()
    bases = [f"{module}.{base.id}" if isinstance(base, ast.Name) else "" for base in definition.bases]
    if any(_definition(base) is None for base in bases):  # builtins, or written otherwise
        return frozenset(dir(_loaded(target)))
    own = {node.name for node in definition.body if isinstance(node, ast.FunctionDef)}
    return frozenset(own.union(*map(methods, bases)))


def _check_allowed(module: str) -> None:
    """ImportError for what is in a package that no component comes from."""
    package = module.partition(".")[0]
    if package in REFUSED and not f"{module}.".startswith(ALLOWED):
        raise ImportError(f"no component may come from {package!r}")


def _declared(module: str, definition: Definition) -> Declaration:
    _check_allowed(module)
    function = _signature(definition)
    assert function is not None, "a class without a signature of its own is imported"
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    positional = len(arguments.posonlyargs) + len(arguments.args)
    defaults = [None] * (positional - len(arguments.defaults)) + list(arguments.defaults) + list(arguments.kw_defaults)
    parameters = [(a.arg, default is None) for a, default in zip(named, defaults, strict=True)]
    if function is not definition:
        parameters = parameters[1:]  # self
    name, version, callback = next(_marks(definition), (None, None, None))
    names, required = tuple(n for n, _ in parameters), tuple(n for n, needed in parameters if needed)
    choices = {a.arg: tuple(map(str, ast.literal_eval(literal))) for a in named if (literal := _literal(a.annotation))}
    types = {a.arg: a.annotation.id for a in named if isinstance(a.annotation, ast.Name) and a.annotation.id in TYPES}
    return Declaration(name, version, names, required, arguments.kwarg is not None, choices, callback, types)


def _literal(annotation: ast.expr | None) -> ast.expr | None:
    """What stands within ``Literal[…]``."""
    if isinstance(annotation, ast.Subscript) and isinstance(annotation.value, ast.Name):
        return annotation.slice if annotation.value.id == "Literal" else None
    return None


def _loaded(target: str) -> Any:
    try:
        return resolve_name(target)
    except Exception as error:  # importing it runs its module
        raise ImportError(reason(error)) from error


def _imported(target: str) -> Declaration:
    loaded = made = _loaded(target)
    while isinstance(made, partial):
        made = made.func
    _check_allowed(getattr(made, "__module__", None) or type(made).__module__)
    try:
        parameters = inspect.signature(loaded).parameters.values()
    except TypeError as error:
        raise ImportError(reason(error)) from error
    name, version, callback = vars(loaded).get("declared", (None, None, None))
    plain = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    required = tuple(p.name for p in plain if p.default is p.empty)
    takes_any = any(p.kind == p.VAR_KEYWORD for p in parameters)
    annotated = {p.name: getattr(p.annotation, "__name__", str(p.annotation)) for p in plain}
    types = {parameter: kind for parameter, kind in annotated.items() if kind in TYPES}
    names = tuple(p.name for p in plain)
    return Declaration(name, version, names, required, takes_any, callback=callback, types=types)


def _definition(target: str) -> tuple[str, Definition] | None:
    """The function or class with its module, followed through ``from … import …``; None if no source file has it."""
    module, _, name = target.rpartition(".")
    path = _source(module)
    if path is None:
        return None
    for node in ast.parse(path.read_bytes(), path.name).body:
        if isinstance(node, Definition) and node.name == name:
            return module, node
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


def _signature(definition: Definition) -> ast.FunctionDef | None:
    """The function whose parameters it has; None for a class that inherits its own."""
    if isinstance(definition, ast.FunctionDef):
        return definition
    return next((n for n in definition.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)


def _marks(definition: Definition) -> Iterator[tuple[str, int, str | None]]:
    """Name, version and callback by the decorator ``@component("name", version=1, callback="mine.pruners.Sums")``."""
    for mark in definition.decorator_list:
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == MARK:
            given = dict(zip(("name", "version", "callback"), map(ast.literal_eval, mark.args), strict=False))
            given |= {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in mark.keywords}
            yield given["name"], given.get("version", 1), given.get("callback")
