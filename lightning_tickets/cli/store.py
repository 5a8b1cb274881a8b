"""store: verify every checksum, remove what nothing refers to, list what there is. No torch here."""

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

from lightning_tickets.cli.parser import add_json, check_options, warn
from lightning_tickets.errors import Damaged, UserError, printable, unknown
from lightning_tickets.runs import lease
from lightning_tickets.runs.maintenance import artefacts, damaged, garbage, remove
from lightning_tickets.runs.store import Store
from lightning_tickets.tickets.listing import LISTED, result_of, row_of, spec_of
from lightning_tickets.tickets.result import check

EXAMPLES = ("store verify --scores", "store gc --yes", "store list task=cola row=imp seed=1,2 --json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("verify", "gc", "list"))
    parser.add_argument("filters", nargs="*", metavar="key=value", help="paths.root=DIR; with list: task=cola …")
    parser.add_argument("--yes", action="store_true", help="with gc: remove without asking")
    parser.add_argument("--scores", action="store_true", help="with verify: recompute metrics from stored predictions")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from lightning_tickets.composition.compose import compose_config
    from lightning_tickets.composition.settings import root

    place = root(compose_config([line for line in arguments.filters if line.startswith("paths.")]))
    store, filters = Store(place / "runs"), [line for line in arguments.filters if not line.startswith("paths.")]
    if filters and arguments.action != "list":
        raise UserError(f"store {arguments.action}: {filters[0]}: only store list takes filters")
    check_options("store", arguments, {"yes": "gc", "scores": "verify", "json": "list"})
    if arguments.action == "verify":
        return _verify(store) or (_verify_scores(store) if arguments.scores else 0)
    return _gc(store, place, arguments.yes) if arguments.action == "gc" else _list(store, filters, arguments.json)


def _verify(store: Store) -> int:
    names, number = list(artefacts(store)), 0
    for _, problem in damaged(names, partial(check, store)):
        print(problem)
        number += 1
    print(f"{len(names)} artefacts, {number} damaged")
    return 1 if number else 0


def _verify_scores(store: Store) -> int:
    """Print every metric that is not what the stored predictions give."""
    from lightning_tickets.tickets.rescore import different, rescore

    runs = recomputed = skipped = wrong = 0
    for name in artefacts(store):
        try:
            metrics = rescore(store, name)
        except Damaged as damage:
            print(damage)
            wrong += 1
            continue
        if metrics is None:
            continue
        stored, again = metrics
        for metric in different(stored, again):
            value = f"{stored[metric]:.6f}" if metric in stored else "absent"
            print(printable(f"{name}: {metric} is {value}, its predictions give {again[metric]:.6f}"))
            wrong += 1
        runs, recomputed, skipped = runs + 1, recomputed + len(again), skipped + len(set(stored) - set(again))
    print(f"{runs} runs: {recomputed} metrics recomputed, {wrong} different, {skipped} without predictions")
    return 1 if wrong else 0


def _gc(store: Store, place: Path, sure: bool) -> int:
    found = garbage(store, place / "checkpoints", partial(check, store))
    warn(f"left alone: {damage}" for damage in found.odd)
    for path in found.folders:
        print(printable(str(path)))
    if found.folders and not sure and not _agreed(f"remove these {len(found.folders)} folders? [y/N] "):
        print("nothing removed; --yes removes them")
        return 0
    kept = remove(found.folders)
    warn(map(printable, kept))
    removed = len(found.folders) - len(kept)
    print(f"{removed} folders and the leases of {lease.remove_dead(store.root)} dead workers removed")
    return 1 if kept else 0


def _agreed(question: str) -> bool:
    """No where there is no terminal, or where its input ends."""
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    try:
        return input(question).strip().lower() == "y"
    except EOFError:
        print()
        return False


def _list(store: Store, filters: list[str], as_json: bool) -> int:
    from lightning_tickets.composition.changed import changed_settings

    wanted = _wanted(filters)
    rows = []
    for name in artefacts(store):
        try:
            spec = spec_of(store, name)
            row = row_of(name, spec, result_of(store, name), store.seconds(name))
            if _matches(row, wanted):
                rows.append(row | {"settings": changed_settings(spec)})
        except Damaged as damage:
            warn([damage])
    if as_json:
        print(json.dumps(rows, indent=1))
        return 0
    for row in rows:
        score = "" if row["score"] is None else f"{row['metric']} {row['score']:.4f}"
        changed = " ".join(f"{key}={value}" for key, value in row["settings"].items())
        print(printable(f"{row['name']:64s} {score:24s} {row['seconds'] or 0:8.1f} s  {changed}".rstrip()))
    print(f"{len(rows)} artefacts, {sum(row['seconds'] or 0 for row in rows) / 3600:.2f} hours of training")
    return 0


def _wanted(filters: list[str]) -> dict[str, str]:
    """The values that each filter lists; UserError for a filter that no row has."""
    if incomplete := [text for text in filters if "=" not in text]:
        raise UserError(f"store list: {incomplete[0]}: expected a filter such as task=cola,rte")
    wanted = dict(text.partition("=")[::2] for text in filters)
    if further := set(wanted) - set(LISTED):
        raise UserError(f"store list: {unknown('filter', min(further), LISTED)}")
    return wanted


def _matches(row: dict[str, Any], filters: dict[str, str]) -> bool:
    return all(str(row[key]) in value.split(",") for key, value in filters.items())
