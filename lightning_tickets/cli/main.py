"""The command line: finds the command, and turns errors into one line and an exit status."""

import errno
import io
import os
import shlex
import sys
import warnings
from collections.abc import Sequence
from typing import Any

from lightning_tickets.cli.parser import COMMANDS, PROGRAM, UsageError, command_parser, main_parser
from lightning_tickets.errors import Busy, Interrupted, PartialData, UserError
from lightning_tickets.logs import LOGGER, log_to_stderr

OF_THE_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)
CLOSED_PIPE = 141  # as the shell reports a program that SIGPIPE has ended


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0, 1 for a failure of ours or of the machine, 2 for something the user can correct."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # where the terminal's characters are few
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("once", PartialData)
            warnings.showwarning = _print_warning  # type: ignore[assignment]
            status = _run(given)
            if sys.stdout is not None:  # it is None where the shell has closed it
                sys.stdout.flush()
            return status
    except SystemExit as done:  # argparse has printed help or the version
        return int(done.code or 0)
    except UserError as error:
        print(f"lightning-tickets: {error}", file=sys.stderr)
        if isinstance(error, UsageError):
            print(error.usage, file=sys.stderr, end="")
        return 2
    except Busy as busy:  # of several processes, whose work another worker has taken over
        print(f"lightning-tickets: {busy}; run the command again to read its result", file=sys.stderr)
        return 1
    except BrokenPipeError:
        _drop_output()
        return CLOSED_PIPE
    except OSError as error:
        if error.errno not in OF_THE_MACHINE:
            raise
        print(f"lightning-tickets: {error}; what was finished before is in the store", file=sys.stderr)
        _drop_output()
        return 1
    except (KeyboardInterrupt, Interrupted):
        print(f"\ninterrupted; resume with: lightning-tickets {shlex.join(given)}", file=sys.stderr)
        return 130


def _drop_output() -> None:
    """What is left to flush goes nowhere."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(given: list[str]) -> int:
    if given and given[0] in COMMANDS:
        command, parser = command_parser(given[0])
        arguments = parser.parse_intermixed_args(given[1:])
        with log_to_stderr(arguments.verbose):
            try:
                return int(command.run(arguments))
            except UserError:
                LOGGER.debug("refused", exc_info=True)
                raise
    parser = main_parser()
    if given and ("=" in given[0] or given[0] in ("-m", "--multirun")):
        raise UsageError(f"expected a command first, as in `{PROGRAM} run {shlex.join(given)}`", parser.format_usage())
    if not given:
        parser.print_help()
        return 0
    parser.parse_args(given)
    raise AssertionError("without a command the parser has printed something or refused it")


def _print_warning(message: Warning | str, category: type[Warning], *place: Any) -> None:
    """Ours in one line, others as Python shows them."""
    ours = issubclass(category, PartialData)
    print(f"lightning-tickets: warning: {message}" if ours else f"{category.__name__}: {message}", file=sys.stderr)
