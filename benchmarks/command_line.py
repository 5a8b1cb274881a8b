"""How a benchmark is started."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import __main__
from lightning_tickets.errors import UserError


def run(main: Callable[[list[str]], object]) -> None:
    """``main`` with the arguments; --help prints the text at the top of the script; a UserError ends in one line."""
    if {"-h", "--help"}.intersection(sys.argv):
        print(__main__.__doc__)
        return
    try:
        main(sys.argv[1:])
    except UserError as error:
        sys.exit(f"{Path(sys.argv[0]).name}: {error}")


def told(arguments: list[str], key: str) -> str:
    """What follows the key in the argument that begins with it, nothing where there is none."""
    return next((a.removeprefix(key) for a in arguments if a.startswith(key)), "")
