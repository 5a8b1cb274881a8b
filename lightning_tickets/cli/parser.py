"""Arguments by argparse: what the commands share, and a message that names the nearest command or option."""

import argparse
import re
import sys
from collections.abc import Iterable
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

import shtab

from lightning_tickets.errors import UserError

COMMANDS = ("run", "plan", "status", "report", "claims", "wandb", "store", "ticket", "pretrain")
PROGRAM = "lightning-tickets"
ABOUT = "Lottery tickets in pre-trained BERT networks, as Hydra sweeps over PyTorch Lightning."


class UsageError(UserError):
    """A command line that argparse does not take; ``usage`` is that of the command."""

    def __init__(self, message: str, usage: str) -> None:
        super().__init__(message)
        self.usage = usage


class Parser(argparse.ArgumentParser):
    """Errors are a UsageError; help keeps the line breaks of examples."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def error(self, message: str) -> NoReturn:
        unknown = re.match(r"unrecognized arguments: (\S+)|argument COMMAND: invalid choice: '(.*?)'", message)
        if unknown is None:
            raise UsageError(f"{self.prog.removeprefix(PROGRAM).strip() or PROGRAM}: {message}", self.format_usage())
        word, options = unknown[1] or unknown[2], [*self._option_string_actions]
        kind, choices = ("option", options) if unknown[1] else ("command", [*COMMANDS])
        nearest = get_close_matches(word, choices, n=1)
        hint = f"; did you mean {nearest[0]}?" if nearest else f"; choose from {', '.join(choices)}"
        raise UsageError(f"unknown {kind} {word!r}{hint}", self.format_usage())


def main_parser() -> Parser:
    """Of all commands: help, version and completion."""
    parser = Parser(prog=PROGRAM, description=ABOUT, epilog=f"`{PROGRAM} COMMAND --help` explains a command.")
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {version('lightning-tickets')}")
    shtab.add_argument_to(parser, "--print-completion", help="print a completion script for bash, zsh or tcsh")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", parser_class=Parser)
    for name in COMMANDS:
        command = _command(name)
        command.add_arguments(commands.add_parser(name, help=command.HELP))
    return parser


def command_parser(name: str) -> tuple[Any, Parser]:
    """The command's module and the parser of its arguments."""
    command = _command(name)
    examples = "".join(f"\n  {PROGRAM} {example}" for example in command.EXAMPLES)
    epilog = f"examples:{examples}{command.epilog() if hasattr(command, 'epilog') else ''}"
    parser = Parser(prog=f"{PROGRAM} {name}", description=command.HELP, epilog=epilog)
    command.add_arguments(parser)
    return command, parser


def _command(name: str) -> Any:
    return import_module(f"lightning_tickets.cli.{name}")


def add_overrides(parser: argparse.ArgumentParser) -> None:
    """``key=value …`` and the folders of YAMLs of the user's own."""
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="a config key or group with its value")
    parser.add_argument(
        "--config-dir",
        "-cd",
        action="append",
        default=[],
        metavar="DIR",
        help="a folder with YAMLs of your own, as DIR/task/mine.yaml; may be given several times",
    )


def warn(lines: Iterable[object]) -> None:
    """Each as a line of ours on stderr."""
    for line in lines:
        print(f"lightning-tickets: {line}", file=sys.stderr)


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def add_overrides_and_json(parser: argparse.ArgumentParser) -> None:
    add_overrides(parser)
    add_json(parser)


def overrides_of(arguments: argparse.Namespace) -> list[str]:
    """The overrides, with ``--config-dir`` as the one that it stands for."""
    folders = []
    for given in arguments.config_dir:
        folder = Path(given).expanduser().absolute()
        if not folder.is_dir():
            raise UserError(f"--config-dir={folder}: not a folder")
        folders.append(f"file://{folder}")
    return [*arguments.overrides, *([f"hydra.searchpath=[{','.join(folders)}]"] if folders else [])]
