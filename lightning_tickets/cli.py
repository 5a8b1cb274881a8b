"""The commands: run, plan, report, pretrain."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence

from lightning_tickets.errors import UserError

USAGE = """usage: lightning-tickets COMMAND [key=value …]

  run       train and score one cell: run task=cola subnetwork=imp sparsity=70 seed=1
  run -m    a sweep or a study: run -m task=cola,rte sparsity=50,70 seed=1,2,3 | run -m experiment=table2
  plan      what a sweep would train, what exists, what it costs: plan experiment=table2 [--json]
  report    draw the tables and figures of a study from what is in the store: report experiment=table2
  pretrain  make the pocket BERT anew: pretrain out=DIR [seed=0]

Sweeps use both cores with hydra/launcher=joblib. `run --cfg job` shows every key; docs/ explains them.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0, 1 for a failure of ours or of the machine, 2 for something the user can mend."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] in ("-h", "--help", "help"):
        print(USAGE, end="")
        return 0
    command, rest = given[0], given[1:]
    try:
        return _dispatch(command, rest)
    except UserError as error:
        print(f"lightning-tickets: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\nstopped; to go on: lightning-tickets {shlex.join(given)}", file=sys.stderr)
        return 130


def _dispatch(command: str, rest: list[str]) -> int:
    from lightning_tickets import commands

    known = {"run": commands.run, "plan": commands.plan, "report": commands.report, "pretrain": commands.pretrain}
    if command not in known:
        raise UserError(f"unknown command {command!r}: allowed are {', '.join(known)}")
    return known[command](rest)
