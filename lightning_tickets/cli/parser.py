"""Arguments by argparse: what the commands share, and a message that names the nearest command or option."""

from __future__ import annotations

import argparse
import gc
import re
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from lightning_tickets.checks import folder
from lightning_tickets.errors import UserError, unknown

if TYPE_CHECKING:
    from lightning_tickets.composition.sweep import Sweep

COMMANDS = {
    "run": "train and score one run, or with -m all missing runs of a sweep or experiment",
    "plan": "the trainings of a sweep or experiment: how many exist, and what the missing ones will cost",
    "status": "the progress of a sweep or experiment: done, running, waiting, failed, damaged, time left",
    "report": "draw the tables and figures of an experiment from the runs in the store",
    "claims": "test the paper's claims on the runs in the store",
    "wandb": "push: send runs to Weights & Biases; dashboard: make a workspace and a report",
    "store": "verify: check every checksum; gc: remove leftovers and damaged artefacts (asks first); list: runs",
    "ticket": "show, compare, export, import or push tickets",
    "pretrain": "pre-train the pocket BERT from scratch; exit status 1 if its probes do not pass",
    "completion": "install: shell completion in bash or zsh; words LINE: possible next words, for the shell to call",
}  # help needs none of their modules
PROGRAM = "lightning-tickets"
SEARCHPATH = "hydra.searchpath="
OF_HYDRA = ("-sc", "--shell-completion")
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
        option = re.match(r"unrecognized arguments: (-\S*)", message)
        choice = re.match(r"argument (\S+): invalid choice: '(.*?)'", message)
        if option and option[1] in OF_HYDRA:
            message = f"{option[1]} is Hydra's completion, which does not work here: `{PROGRAM} completion install`"
        elif option and option[1] in ("-m", "--multirun"):
            message = f"{option[1]} is an option of run; leave it out here"
        elif option:
            message = unknown("option", option[1], self._option_string_actions)
        elif choice:
            (action,) = (one for one in self._actions if choice[1] in (one.metavar, one.dest, *one.option_strings))
            message = unknown(choice[1].lower(), choice[2], action.choices or ())
        command = self.prog.removeprefix(PROGRAM).strip()
        raise UsageError(f"{command}: {message}" if command else message, self.format_usage())


def main_parser() -> Parser:
    """Of all commands: help and version."""
    parser = Parser(prog=PROGRAM, description=ABOUT, epilog=f"`{PROGRAM} COMMAND --help` explains a command.")
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {version('lightning-tickets')}")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", parser_class=Parser)
    for name, about in COMMANDS.items():
        commands.add_parser(name, help=about)
    return parser


def command_parser(name: str) -> tuple[Any, Parser]:
    """The command's module and the parser of its arguments."""
    command = import_module(f"lightning_tickets.cli.{name}")
    examples = "".join(f"\n  {PROGRAM} {example}" for example in command.EXAMPLES)
    epilog = f"examples:{examples}{command.epilog() if hasattr(command, 'epilog') else ''}"
    parser = Parser(prog=f"{PROGRAM} {name}", description=COMMANDS[name], epilog=epilog)
    command.add_arguments(parser)
    parser.add_argument("-v", "--verbose", action="store_true", help="show the log on standard error")
    return command, parser


def add_overrides(parser: argparse.ArgumentParser) -> None:
    """``key=value …`` and the folders of YAMLs of the user's own."""
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="a config key or group and its value")
    parser.add_argument(
        "--config-dir",
        "-cd",
        action="append",
        default=[],
        metavar="DIR",
        help="a folder with YAMLs of your own, such as DIR/task/mine.yaml; may be given several times",
    )


def warn(lines: Iterable[object]) -> None:
    """Each as a line of ours on stderr."""
    for line in lines:
        print(f"lightning-tickets: {line}", file=sys.stderr)


def check_options(command: str, arguments: argparse.Namespace, taken_by: Mapping[str, str]) -> None:
    """UserError for an option that only another action of the command takes."""
    for option, action in taken_by.items():
        if getattr(arguments, option) and arguments.action != action:
            raise UserError(f"{command} {arguments.action}: --{option}: only {command} {action} takes it")


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def add_overrides_and_json(parser: argparse.ArgumentParser) -> None:
    add_overrides(parser)
    add_json(parser)


def planned_sweep(arguments: argparse.Namespace) -> Sweep:
    """Of the overrides, with the paper's sparsities where those of winning tickets are not known yet."""
    from lightning_tickets.composition.parse_sweep import parse_sweep

    sweep = parse_sweep(overrides_of(arguments), assume_published=True)
    gc.freeze()  # what has been composed stays until the command ends
    return sweep


def overrides_of(arguments: argparse.Namespace) -> list[str]:
    """The overrides, with ``--config-dir`` as the one that it stands for."""
    if not arguments.config_dir:
        return list(arguments.overrides)
    from lightning_tickets.composition.overrides import quoted

    if twice := [line for line in arguments.overrides if line.startswith(SEARCHPATH)]:
        raise UserError(f"{twice[0]}: expected it or --config-dir, not both")
    folders = [Path(folder("--config-dir", given)).expanduser().absolute() for given in arguments.config_dir]
    if wrong := [one for one in folders if not one.is_dir()]:
        raise UserError(f"--config-dir={wrong[0]}: not a folder")
    return [*arguments.overrides, f"{SEARCHPATH}[{','.join(quoted(f'file://{one}') for one in folders)}]"]
