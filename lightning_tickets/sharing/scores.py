"""What a store knows of a ticket: the runs that trained from it, next to those of the full network."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from lightning_tickets.errors import Damaged
from lightning_tickets.fingerprints import file_checksum
from lightning_tickets.runs.identity import described
from lightning_tickets.runs.maintenance import artefacts
from lightning_tickets.runs.store import Store, agrees
from lightning_tickets.tickets.listing import at, result_of, row_of, spec_of
from lightning_tickets.tickets.spec import GivenMask

FULL = "full"


@dataclass
class Scores:
    """Of one task, row and problem: the score of each seed, as a fraction; ``training`` is how long it was."""

    task: str
    row: str
    metric: str
    training: str
    by_seed: dict[int, float] = field(default_factory=dict)

    @property
    def mean(self) -> float:
        return mean(self.by_seed.values())

    @property
    def deviation(self) -> float | None:
        """Of the sample, None of a single run."""
        return stdev(self.by_seed.values()) if len(self.by_seed) > 1 else None


def scores_of(found_by: dict[str, Any] | None, file: Path, store: Store) -> list[Scores]:
    """By task and row, in order; the full network's of the same problems come first. Damaged runs are left out.

    Runs of the search's round, and those that were given the ticket's ``file`` (``subnetwork=given``).
    """
    given = described(GivenMask(file_checksum(file)[:16]))

    def is_ours(row: Any, mask: Any) -> bool:
        if mask is None:
            return bool(row == FULL)
        return bool(mask == given) or (found_by is not None and agrees(mask, found_by))

    runs = [(name, spec) for name, spec in _runs(store) if is_ours(spec.get("row"), spec.get("mask"))]
    problems = [spec["problem"] for _, spec in runs if spec.get("mask") is not None]
    table: dict[tuple[str, ...], Scores] = {}
    for name, spec in runs:
        if spec["problem"] not in problems:
            continue
        with suppress(Damaged):
            row = row_of(name, spec, result_of(store, name), None)
            key = (row["task"], json.dumps(spec["problem"]), "" if row["row"] == FULL else row["row"])
            own = table.setdefault(key, Scores(row["task"], row["row"], row["metric"], trained(spec["problem"])))
            own.by_seed[row["seed"]] = row["score"]
    return [table[key] for key in sorted(table)]


def trained(problem: dict[str, Any]) -> str:
    """How long a training on it is."""
    training = problem.get("training") or {}
    steps, epochs = training.get("steps"), training.get("epochs")
    return f"{steps} steps" if steps is not None else f"{epochs} epochs"


def _runs(store: Store) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in artefacts(store):
        if "/" in name:  # a round of a search
            continue
        with suppress(Damaged):
            spec = spec_of(store, name)
            if at(spec, "problem") is not None:
                yield name, spec
