"""store: verify every checksum, remove what nothing refers to, list what there is. No torch here."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from lightning_tickets.cli.parser import add_json
from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.settings import root
from lightning_tickets.errors import UserError
from lightning_tickets.runs import lease
from lightning_tickets.runs.maintenance import artefacts, damaged, garbage, remove
from lightning_tickets.runs.store import SPEC, TIMING, Store, read_json
from lightning_tickets.tickets.result import RESULT

HELP = "verify: every checksum; gc: remove what nothing refers to (asks first); list: what there is"
EXAMPLES = ("store verify --scores", "store gc --yes", "store list task=cola row=imp seed=1,2 --json")
COLUMNS = ("name", "task", "row", "source", "sparsity", "seed", "metric", "score", "seconds")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("verify", "gc", "list"))
    parser.add_argument("filters", nargs="*", metavar="key=value", help="paths.root=DIR; with list: task=cola …")
    parser.add_argument("--yes", action="store_true", help="with gc: remove without asking")
    parser.add_argument("--scores", action="store_true", help="with verify: recompute metrics from stored predictions")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    place = root(compose_config([line for line in arguments.filters if line.startswith("paths.")]))
    store, filters = Store(place / "runs"), [line for line in arguments.filters if not line.startswith("paths.")]
    if filters and arguments.action != "list":
        raise UserError(f"store {arguments.action}: {filters[0]}: only store list takes filters")
    if arguments.scores and arguments.action != "verify":
        raise UserError(f"store {arguments.action}: --scores: only store verify takes it")
    if arguments.action == "verify":
        return _verify(store) or (_verify_scores(store) if arguments.scores else 0)
    return _gc(store, place, arguments.yes) if arguments.action == "gc" else _list(store, filters, arguments.json)


def _verify(store: Store) -> int:
    problems = list(damaged(store))
    for _, message in problems:
        print(message)
    print(f"{sum(1 for _ in artefacts(store))} artefacts, {len(problems)} damaged")
    return 1 if problems else 0


def _verify_scores(store: Store) -> int:
    """Print every metric that is not what the stored predictions give."""
    from lightning_tickets.tickets.rescore import different, rescored

    runs = recomputed = skipped = wrong = 0
    for name, stored, again in rescored(store):
        for metric in different(stored, again):
            print(f"{name}: {metric} is {stored[metric]:.6f}, its predictions give {again[metric]:.6f}")
            wrong += 1
        runs, recomputed, skipped = runs + 1, recomputed + len(again), skipped + len(set(stored) - set(again))
    print(f"{runs} runs: {recomputed} metrics recomputed, {wrong} different, {skipped} without predictions")
    return 1 if wrong else 0


def _gc(store: Store, place: Path, sure: bool) -> int:
    folders = garbage(store, place / "checkpoints")
    for path in folders:
        print(path)
    question = f"remove these {len(folders)} folders? [y/N] "
    if folders and not sure and not (sys.stdin.isatty() and input(question).strip().lower() == "y"):
        print("nothing removed; --yes removes them")
        return 0
    remove(folders)
    print(f"{len(folders)} folders and the leases of {lease.remove_dead(store.root)} dead workers removed")
    return 0


def _list(store: Store, filters: list[str], as_json: bool) -> int:
    wanted = _wanted(filters)
    rows = [row for name in artefacts(store) if _matches(row := _row(store, name), wanted)]
    if as_json:
        print(json.dumps(rows, indent=1))
        return 0
    for row in rows:
        score = "" if row["score"] is None else f"{row['metric']} {row['score']:.4f}"
        print(f"{row['name']:64s} {score:24s} {row['seconds'] or 0:8.1f} s")
    print(f"{len(rows)} artefacts, {sum(row['seconds'] or 0 for row in rows) / 3600:.2f} hours of training")
    return 0


def _row(store: Store, name: str) -> dict[str, Any]:
    """What its spec and result say of an artefact; a chain's round is of row ``find``."""
    spec = _read(store.path(name) / SPEC)
    result, timing = _read(store.path(name) / RESULT), _read(store.path(name) / TIMING)
    ticket = spec.get("mask") or {}
    chain = spec.get("chain") or (ticket.get("ticket") or ticket).get("chain") or {}
    problem = spec.get("problem") or chain.get("problem") or {}
    return {
        "name": name,
        "task": problem.get("task", {}).get("name"),
        "row": spec.get("row", "find"),
        "source": chain.get("problem", {}).get("task", {}).get("name"),
        "sparsity": spec.get("percent", ticket.get("percent", 0)),
        "seed": spec.get("seed", chain.get("seed")),
        "metric": result.get("metric"),
        "score": result.get("metrics", {}).get(result.get("metric")),
        "seconds": timing.get("seconds"),
    }


def _wanted(filters: list[str]) -> dict[str, str]:
    """The values that each filter lists; UserError for a filter that no row has."""
    wanted = dict(text.partition("=")[::2] for text in filters)
    if unknown := set(wanted) - set(COLUMNS):
        raise UserError(f"store list: unknown filter {min(unknown)!r}; choose from {', '.join(COLUMNS)}")
    return wanted


def _matches(row: dict[str, Any], filters: dict[str, str]) -> bool:
    return all(str(row[key]) in value.split(",") for key, value in filters.items())


def _read(path: Path) -> dict[str, Any]:
    """Empty if it is absent or damaged, which ``verify`` reports."""
    try:
        content = read_json(path)
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
