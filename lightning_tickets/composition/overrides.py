"""Overrides as they are typed (``key=value``): Hydra's grammar, our short forms, and Hydra's errors in one line."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException, InstantiationException
from omegaconf import OmegaConf
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, OmegaConfBaseException

from lightning_tickets.composition.groups import NOT_CHOICES, group_options
from lightning_tickets.errors import UserError, reason, unknown

OPTIONS = r"Could not find '([\w/-]+)/([^/]*?)'.*Available options in '[\w/-]+':(.*?)(?:\n\s*\n|\nConfig search path|$)"
NUMBERED = {"sparsity": "percent", "rewind": "fraction"}  # groups with a member that holds a number
NUMBER = re.compile(r"[+-]?(\d|\.\d)")
NO_OPTION = re.compile(r"(null|true|false)?$|[\[{]", re.IGNORECASE)
LOSSES = ("summed", "sampled")
ALL_KEYS = "`lightning-tickets run --cfg job` shows all keys"


def parse_overrides(arguments: Sequence[str]) -> list[Override]:
    """Overrides as Hydra's grammar reads them."""
    with one_line_errors():
        return OverridesParser.create().parse_overrides(list(arguments))


def line_of(override: Override) -> str:
    """The override as it was typed."""
    return str(override.input_line)


def quoted(text: object) -> str:
    """A value that Hydra's grammar reads as this text, whatever characters it has."""
    return '"' + re.sub(r'(\\*)("|$)', lambda found: 2 * found[1] + (r"\"" if found[2] else ""), str(text)) + '"'


def expand(overrides: Sequence[str]) -> list[str]:
    """Short forms in full: ``sparsity=70`` is ``sparsity=percent sparsity.percent=70``, and so is ``rewind=0.1``.

    ``mix=sampled`` is ``mix.loss=sampled``, for the tasks that ``source=`` names.
    """
    return [line for override in overrides for line in _expand(override)]


def _expand(override: str) -> list[str]:
    key, _, value = override.partition("=")
    if key in NUMBERED and NUMBER.match(value):
        return [f"{key}={NUMBERED[key]}", f"{key}.{NUMBERED[key]}={value}"]
    if key in NUMBERED and NO_OPTION.match(value):
        raise UserError(f"{override}: expected a number, or an option that `lightning-tickets run --help` lists")
    if value.startswith("[") and key in group_options():
        raise UserError(f"{override}: expected one option; several are a sweep: run -m {key}={value.strip('[]')}")
    if key == "mix" and value in LOSSES:
        return [f"mix.loss={value}"]
    return [override]


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Errors of Hydra and OmegaConf as a UserError."""
    try:
        yield
    except (HydraException, OmegaConfBaseException) as error:
        raise UserError(one_line_message(error)) from error


@contextmanager
def missing_keys() -> Iterator[None]:
    """A key that a config lacks as a UserError that names it."""
    try:
        yield
    except (ConfigKeyError, ConfigAttributeError) as error:
        raise UserError(f"{error.full_key} is missing") from error


def one_line_message(error: Exception) -> str:
    """What Hydra and OmegaConf say over several lines, or the UserError that they have wrapped."""
    if isinstance(error.__cause__, UserError):
        return str(error.__cause__)
    text = str(error)
    if isinstance(error, InstantiationException) and isinstance(error.__cause__, Exception):
        return f"{text.rpartition('full_key: ')[2]}: {reason(error.__cause__)}"
    option = re.search(OPTIONS, text, re.DOTALL)
    if option:
        choices = [choice for choice in option[3].split() if choice not in NOT_CHOICES]
        return unknown(option[1], option[2], choices)
    twice = re.match(r"task@sources\.(\w+) appears more than once", text)
    if twice:
        return f"source={twice[1]}: a mix has tasks of its own; give source= or mix=, not both"
    several = re.match(r"Ambiguous value for argument '(.+?)'", text)
    if several:
        return f"{several[1]}: expected one value; several are a sweep: run -m {several[1]}"
    key = re.search(r"Could not override '(.+?)'|Key '(.+?)' is not in struct", text)
    if key:
        full = getattr(error.__cause__ or error, "full_key", None) or ""  # where a mapping was given: of the key within
        return _unknown_key(max(key[1] or key[2], full, key=len), list(_keys(error)))
    lost = re.search(r"Interpolation key '(.+?)' not found", text)
    return f"{lost[1]} is missing; another key refers to it" if lost else " ".join(text.split())


def _unknown_key(key: str, known: Sequence[str]) -> str:
    """Of a key's parts the first that is not known, among those beside it."""
    parts = key.split(".")
    prefixes = [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
    first = next((one for one in prefixes if one not in known), key)
    above = first.rpartition(".")[0]
    beside = [one for one in known if one.rpartition(".")[0] == above]
    if above and beside:
        return unknown("config key", first, beside, prefix=f"{above}.")
    return unknown("config key", first, [*group_options(), *beside], ALL_KEYS)


def _keys(error: Exception) -> Iterator[str]:
    """The keys of the config that lacks one."""
    node = getattr(error.__cause__ or error, "parent_node", None)
    waiting = [("", OmegaConf.to_container(node._get_root(), resolve=False))] if node is not None else []
    for prefix, values in waiting:
        for name, value in values.items() if isinstance(values, dict) else ():
            yield f"{prefix}{name!s}"
            waiting.append((f"{prefix}{name!s}.", value))
