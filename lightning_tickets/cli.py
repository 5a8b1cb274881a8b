"""The commands: run, plan, status, report, claims, store, ticket, pretrain."""

from __future__ import annotations

import errno
import shlex
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lightning_tickets.errors import Interrupted, PartialData, UserError

USAGE = """usage: lightning-tickets COMMAND [key=value …]

  run       train and score one cell: run task=cola subnetwork=imp sparsity=70 seed=1
  run -m    a sweep or a study: run -m task=cola,rte sparsity=50,70 seed=1,2,3 | run -m experiment=table2
  plan      what a sweep would train, what exists, what it costs: plan experiment=table2 [--json]
  status    where a sweep stands: done, running where, waiting, failed, time left: status experiment=table2 [--json]
  report    draw the tables and figures of a study from what is in the store: report experiment=table2
  claims    the paper's claims, held against the runs there are: claims [experiment=paper] [--json]
            --config-dir=DIR adds YAMLs of your own, as DIR/task/mine.yaml
  store     verify: every checksum; gc: remove what nothing refers to (asks first); list [task=cola row=imp seed=1]
  ticket    show FILE: what a mask keeps, by matrix; export FILE OUT: as the released code's files
  pretrain  make the pocket BERT anew: pretrain out=DIR [seed=0]

Sweeps use both cores with hydra.launcher.n_jobs=2. `run --cfg job` shows every key; docs/ explains them.
"""

OF_THE_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0, 1 for a failure of ours or of the machine, 2 for something the user can mend."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] in ("-h", "--help", "help"):
        print(USAGE, end="")
        return 0
    command, rest = given[0], given[1:]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("once", PartialData)
            warnings.showwarning = _told  # type: ignore[assignment]
            return _dispatch(command, rest)
    except UserError as error:
        print(f"lightning-tickets: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        if error.errno not in OF_THE_MACHINE:
            raise
        print(f"lightning-tickets: {error}; what was finished before is in the store", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, Interrupted):
        print(f"\nstopped; to go on: lightning-tickets {shlex.join(given)}", file=sys.stderr)
        return 130


def _told(message: Warning | str, category: type[Warning], *place: Any) -> None:
    """Ours in one line, others as Python shows them."""
    ours = issubclass(category, PartialData)
    print(f"lightning-tickets: warning: {message}" if ours else f"{category.__name__}: {message}", file=sys.stderr)


def _dispatch(command: str, rest: list[str]) -> int:
    from lightning_tickets import commands, drawing, looking, planning

    known = {
        "run": commands.run,
        "plan": planning.plan,
        "report": drawing.report,
        "claims": drawing.claims,
        "status": looking.status,
        "store": looking.store,
        "ticket": commands.ticket,
        "pretrain": commands.pretrain,
    }
    if command not in known:
        raise UserError(f"unknown command {command!r}: allowed are {', '.join(known)}")
    return known[command](with_config_dir(rest))


def with_config_dir(arguments: list[str]) -> list[str]:
    """``--config-dir DIR`` (a folder with YAMLs of the user's own, as task/mine.yaml) as the override it stands for."""
    left, folders = iter(arguments), []
    rest = []
    for argument in left:
        name, given, folder = argument.partition("=")
        if name not in ("--config-dir", "-cd"):
            rest.append(argument)
            continue
        place = Path(folder if given else next(left, "")).expanduser().absolute()
        if not place.is_dir():
            raise UserError(f"--config-dir={place} is not a folder")
        folders.append(f"file://{place}")
    return [*rest, f"hydra.searchpath=[{','.join(folders)}]"] if folders else rest
