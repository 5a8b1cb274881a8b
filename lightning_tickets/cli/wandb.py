"""wandb: what is in the store, as runs of Weights & Biases, and a dashboard of them. No torch here."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from lightning_tickets.checks import word
from lightning_tickets.cli.parser import add_overrides, check_options, overrides_of, warn
from lightning_tickets.errors import UserError, reason

if TYPE_CHECKING:
    from lightning_tickets.composition.sweep import Sweep
    from lightning_tickets.dashboards.push import Destination

EXAMPLES = (
    "wandb push experiment=table2",
    "wandb push task=cola subnetwork=full,imp sparsity=50,70 seed=1,2,3",
    "wandb push experiment=table2 mode=online project=tickets entity=team",
    "wandb dashboard experiment=table2 project=tickets entity=team",
)
OPTIONS = ("mode", "project", "entity")  # of W&B, among the overrides of a sweep


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("push", "dashboard"))
    add_overrides(parser)
    parser.add_argument("--again", action="store_true", help="with push: what was pushed before too")
    parser.add_argument("--out", type=Path, metavar="FILE", help="with dashboard: write it as JSON, without a server")


def run(arguments: argparse.Namespace) -> int:
    """``mode=``, ``project=`` and ``entity=`` are W&B's, all other overrides those of a sweep."""
    from lightning_tickets.composition.parse_sweep import parse_sweep
    from lightning_tickets.composition.settings import check_wandb
    from lightning_tickets.dashboards.push import Destination
    from lightning_tickets.execution.machine import check_login, make_root
    from lightning_tickets.training.loggers import PROJECT

    lines = overrides_of(arguments)
    options = dict(line.split("=", 1) for line in lines if line.partition("=")[0] in OPTIONS and "=" in line)
    sweep_lines = [line for line in lines if line.partition("=")[0] not in options]
    check_wandb("", options)
    check_options("wandb", arguments, {"again": "push", "out": "dashboard"})
    if arguments.action == "push":
        mode = word("offline", "online")("mode", options.get("mode", "offline"))
        sweep = parse_sweep(sweep_lines)
        if mode == "online":
            check_login("mode=online")
        make_root(sweep.root)
        to = Destination(sweep.root, mode, options.get("project", PROJECT), options.get("entity"))
        return _push(sweep, to, arguments.again)
    if "mode" in options:
        raise UserError("wandb dashboard: mode: a dashboard is online; --out FILE writes it as JSON")
    sweep = parse_sweep(sweep_lines, assume_published=True)
    if not sweep.exhibits:
        raise UserError("wandb dashboard: give experiment=…; a plain sweep has no exhibits")
    return _dashboard(sweep, options.get("project", PROJECT), options.get("entity"), arguments.out)


def _push(sweep: Sweep, to: Destination, again: bool) -> int:
    from lightning_tickets.dashboards.content import dashboard_runs
    from lightning_tickets.dashboards.exhibits import study_run
    from lightning_tickets.dashboards.push import push

    study = study_run(sweep) if sweep.exhibits else None
    counts, failures = Counter[str](), dict[str, str]()
    for outcome in push(chain(dashboard_runs(sweep), [study] if study else []), to, again):
        counts[outcome.state] += 1
        if outcome.state == "failed":
            failures[outcome.run.name] = outcome.why
        if sys.stderr.isatty():
            print(f"\r{counts['sent']} runs sent, {counts['unchanged']} unchanged", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    warn([*sweep.reader.unreadable.values(), *(f"{name}: not sent ({why})" for name, why in failures.items())])
    print(f"{counts['sent']} runs sent, {counts['unchanged']} unchanged since they were sent")
    if missing := len(sweep.plan.missing(sweep.store)):
        print(f"{missing} of {sweep.plan.trainings()} trainings are not in the store")
    if to.mode == "offline" and counts["sent"]:
        print(f"upload them with: wandb sync {to.root / 'wandb'}/offline-run-*")
    return 1 if failures or sweep.reader.unreadable else 0


def _dashboard(sweep: Sweep, project: str, entity: str | None, out: Path | None) -> int:
    """The addresses of what was saved are kept, so that the next time it is changed in place."""
    from pydantic import TypeAdapter

    from lightning_tickets.dashboards.workspace import Dashboard, default_entity, save, specs
    from lightning_tickets.execution.machine import check_login, make_root
    from lightning_tickets.runs.files import read
    from lightning_tickets.runs.store import write_json

    if out is not None:
        dashboard = Dashboard.of(sweep, project, entity or "")
        try:
            out.write_text(json.dumps(specs(dashboard), indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise UserError(f"--out={out}: cannot be written ({error.strerror})") from error
        print(out)
        return 0
    check_login("wandb dashboard")
    try:
        dashboard = Dashboard.of(sweep, project, entity or default_entity())
        record = sweep.root / "wandb" / "dashboards" / dashboard.entity / project / f"{sweep.name}.json"
        make_root(record.parent)
        addresses = save(dashboard, read(record, TypeAdapter(Mapping[str, str])) if record.exists() else {})
    except UserError:
        raise
    except Exception as error:  # of the network, the server or the client: a library's
        warn([f"wandb dashboard: not saved ({reason(error)})"])
        return 1
    write_json(record, addresses)
    print("\n".join(addresses.values()))
    return 0
