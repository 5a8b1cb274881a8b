"""What status and store do: where a sweep stands, and what is in the store. No torch here."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lightning_tickets.composition.compose import composed
from lightning_tickets.composition.settings import root
from lightning_tickets.composition.sweep import sweep_of
from lightning_tickets.composition.swept import Sweep
from lightning_tickets.errors import UserError
from lightning_tickets.execution.work import FAILURES
from lightning_tickets.runs import lease
from lightning_tickets.runs.keeping import artefacts, damaged, remove, rubbish
from lightning_tickets.runs.store import SPEC, TIMING, Store, read_json
from lightning_tickets.tickets.result import RESULT

STORE = ("verify", "gc", "list")


@dataclass(frozen=True)
class Standing:
    """Trainings by name: those that run with who runs them, those that failed with why, those that wait for what."""

    done: int
    trainings: int
    running: dict[str, dict[str, Any]]
    failed: dict[str, dict[str, str]]
    waiting: dict[str, str | None]
    seconds_left: float


def status(arguments: list[str]) -> int:
    """Of a sweep, while it runs or afterwards; ``--json`` for programs."""
    sweep = sweep_of([a for a in arguments if a != "--json"], guess=True)
    found = _standing(sweep)
    if "--json" in arguments:
        print(json.dumps({"sweep": sweep.name, **asdict(found)}, indent=1))
        return 0
    for name, who in found.running.items():
        step = f", checkpoint at step {who['step']}" if who["step"] else ""
        print(f"running  {name:52s} on {who['host']}, process {who['pid']}, sign of life {who['ago']} s ago{step}")
    for name, note in found.failed.items():
        print(f"failed   {name:52s} {note['why']}; again: {note['command']}")
    left = found.trainings - found.done - len(found.running)
    hours = found.seconds_left / 3600 / max(1, len(found.running))
    print(
        f"{sweep.name}: {found.done} of {found.trainings} trainings done, {len(found.running)} running, "
        f"{left - len(found.failed)} waiting, {len(found.failed)} failed; about {hours:.1f} hours left"
        + ("" if found.running else " for one worker; nothing is running")
    )
    return 0


def _standing(sweep: Sweep) -> Standing:
    missing = {name: job for job in sweep.plan.jobs for name in job.missing(sweep.store)}
    running = {name: _who(sweep, name, told) for name, told in lease.holders(sweep.store.root) if name in missing}
    notes = [read_json(path) for path in sorted((sweep.root / FAILURES).glob("*.json"))]
    failed = {n["name"]: {k: n[k] for k in ("why", "command")} for n in notes if n["name"] in missing}
    waiting = {n: j.needs for n, j in missing.items() if n not in running and n not in failed}
    total = sweep.plan.trainings()
    return Standing(total - len(missing), total, running, failed, waiting, sweep.plan.seconds_left(sweep.store))


def _who(sweep: Sweep, name: str, told: dict[str, Any]) -> dict[str, Any]:
    folder = sweep.root / "checkpoints" / name
    steps = [int(path.stem.split("-")[1]) for path in folder.glob("step-*.ckpt")]
    return {
        "host": told["host"],
        "pid": told["pid"],
        "ago": max(0, round(time.time() - told["at"])),
        "step": max(steps, default=0),
    }


def store(arguments: list[str]) -> int:
    """verify: every checksum; gc: remove what nothing refers to, once asked; list: what there is, with filters."""
    flags = {a for a in arguments if a.startswith("--")}
    given = [a for a in arguments if a not in flags]
    if not given or given[0] not in STORE or flags - {"--yes", "--json"}:
        allowed = f"store {'|'.join(STORE)} [paths.root=DIR] [--yes] [--json], and for list task=…, row=… and so on"
        raise UserError(f"store: allowed are {allowed}")
    place = root(composed([a for a in given[1:] if a.startswith("paths.")]))
    kept, filters = Store(place / "runs"), [a for a in given[1:] if not a.startswith("paths.")]
    if filters and given[0] != "list":
        raise UserError(f"store {given[0]}: {filters[0]}: only store list takes filters")
    if given[0] == "verify":
        return _verify(kept)
    return _gc(kept, place, "--yes" in flags) if given[0] == "gc" else _list(kept, filters, "--json" in flags)


def _verify(kept: Store) -> int:
    wrong = list(damaged(kept))
    for _, why in wrong:
        print(why)
    print(f"{sum(1 for _ in artefacts(kept))} artefacts, {len(wrong)} damaged")
    return 1 if wrong else 0


def _gc(kept: Store, place: Path, sure: bool) -> int:
    found = rubbish(kept, place / "checkpoints")
    for path in found:
        print(path)
    if found and not sure and not _agreed(f"remove these {len(found)} folders? [y/N] "):
        print("nothing removed; --yes removes them")
        return 0
    remove(found)
    print(f"{len(found)} folders and the leases of {lease.sweep(kept.root)} dead workers removed")
    return 0


def _agreed(question: str) -> bool:
    return sys.stdin.isatty() and input(question).strip().lower() == "y"


def _list(kept: Store, filters: list[str], as_json: bool) -> int:
    wanted = dict(text.partition("=")[::2] for text in filters)
    rows = [row for name in artefacts(kept) if _fits(row := _row(kept, name), wanted)]
    if as_json:
        print(json.dumps(rows, indent=1))
        return 0
    for row in rows:
        score = "" if row["score"] is None else f"{row['metric']} {row['score']:.4f}"
        print(f"{row['name']:64s} {score:24s} {row['seconds'] or 0:8.1f} s")
    print(f"{len(rows)} artefacts, {sum(row['seconds'] or 0 for row in rows) / 3600:.2f} hours of training")
    return 0


def _row(kept: Store, name: str) -> dict[str, Any]:
    """What its spec and result say of an artefact; a chain's round is of row ``find``."""
    spec = _read(kept.path(name) / SPEC)
    result, timing = _read(kept.path(name) / RESULT), _read(kept.path(name) / TIMING)
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


def _fits(row: dict[str, Any], wanted: dict[str, str]) -> bool:
    unknown = set(wanted) - set(row)
    if unknown:
        raise UserError(f"store list: {min(unknown)}: allowed are {', '.join(row)}")
    return all(str(row[key]) in value.split(",") for key, value in wanted.items())


def _read(path: Path) -> dict[str, Any]:
    """Empty if it is absent or damaged, which ``verify`` tells."""
    try:
        found = read_json(path)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
