"""What is typed as ``key=value``, read by Hydra's grammar, and every mistake that Hydra finds told in one line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from lightning_tickets.errors import UserError

OPTIONS = r"Could not find '([\w/-]+)/([^/]+?)'.*Available options in '[\w/-]+':(.*?)(?:\n\s*\n|\nConfig search path|$)"


def parsed(arguments: Sequence[str]) -> list[Override]:
    """Overrides as Hydra's grammar reads them."""
    with one_line():
        return OverridesParser.create().parse_overrides(list(arguments))


@contextmanager
def one_line() -> Iterator[None]:
    """Errors of Hydra and OmegaConf as a UserError."""
    try:
        yield
    except (HydraException, OmegaConfBaseException) as error:
        raise UserError(in_one_line(error)) from error


def in_one_line(error: Exception) -> str:
    """What Hydra and OmegaConf say over several lines, or the UserError that they have wrapped."""
    if isinstance(error.__cause__, UserError):
        return str(error.__cause__)
    text = str(error)
    option = re.search(OPTIONS, text, re.DOTALL)
    if option:
        return f"{option[1]}={option[2]} is not known: allowed are {', '.join(option[3].split())}"
    key = re.search(r"Could not override '(.+?)'|Key '(.+?)' is not in struct", text)
    if key:
        return f"config key {key[1] or key[2]!r} does not exist: `lightning-tickets run --cfg job` shows those that do"
    return " ".join(text.split())
