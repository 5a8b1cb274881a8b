"""The workbench: what trainings of one problem have in common, read once in a process."""

from __future__ import annotations

import copy
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from lightning_tickets.errors import UserError
from lightning_tickets.initialization.state import State, clone
from lightning_tickets.models.encoder import fresh_encoder, load_encoder, load_tokenizer, prunable
from lightning_tickets.models.folders import Folder
from lightning_tickets.models.heads import make_head
from lightning_tickets.pruning.callback import Prune, PruningCallback
from lightning_tickets.pruning.mask import Mask, Weights, sparsity
from lightning_tickets.runs.store import Store
from lightning_tickets.seeds import derive
from lightning_tickets.tasks.kind import Kind, Score
from lightning_tickets.tasks.sources import Source
from lightning_tickets.tickets.component import call
from lightning_tickets.tickets.journal import Journal
from lightning_tickets.tickets.spec import Problem
from lightning_tickets.training.fit import Splits, fit
from lightning_tickets.training.settings import Hardware


@dataclass(frozen=True)
class Places:
    """Where things lie on this machine and how they are shown: none of it changes a result."""

    store: Store
    source: Source
    folder: Folder
    hardware: Hardware = field(default_factory=Hardware)
    journal: Journal = field(default_factory=Journal)


class Bench:
    """A problem with its data and θ0 in memory; every training starts from copies."""

    def __init__(self, problem: Problem, places: Places) -> None:
        self.problem, self.places = problem, places
        self.kind, self.splits = _prepared(problem, places.source, places.folder)
        self._encoder = _encoder(places.folder.path, problem.model.fingerprint)

    @property
    def theta(self) -> State:
        """θ0, all of the encoder's values by name; read it, never write into it."""
        theta: State = self._encoder.state_dict()
        return theta

    @property
    def prunable(self) -> Weights:
        """The prunable part of θ0."""
        return {name: p.detach() for name, p in prunable(self._encoder).items()}

    def fresh(self, seed: int) -> State:
        """θ0′: the architecture's own random weights."""
        return clone(fresh_encoder(self._encoder.config, seed).state_dict())

    def train(
        self, name: str, start: State, mask: Mask, seeds: tuple[int, int], prune: Prune | None = None
    ) -> tuple[Score, PruningCallback]:
        """f(x; m ⊙ start, γ) trained on the problem, its curves under ``name``.

        ``seeds`` are the run's seed, which draws the head (the same one in every round), and the round.
        """
        encoder = copy.deepcopy(self._encoder)
        encoder.load_state_dict(start)
        head = make_head(self.kind, encoder, self.places.folder.path, derive(seeds[0], "head"))
        callback = PruningCallback(prunable(encoder), mask, prune)
        settings, hardware = self.problem.training, self.places.hardware
        if hardware.progress:
            print(name, file=sys.stderr)
        shown = {"task": self.problem.task.name, "seed": seeds[0], "sparsity": sparsity(mask)}
        with self.places.journal.logger(name, shown) as logger:
            score = fit(encoder, head, self.kind, self.splits, settings, seeds, callback, hardware, logger)
        return score, callback


@lru_cache(maxsize=2)
def _encoder(path: Path, fingerprint: str) -> Any:
    return load_encoder(path)


_cache: dict[tuple[Problem, str], tuple[Kind, Splits]] = {}


def _prepared(problem: Problem, source: Source, folder: Folder) -> tuple[Kind, Splits]:
    """The task's kind and its tokenised splits, kept for the next run on the same data."""
    key = (problem, str(folder.path))
    if key not in _cache:
        if len(_cache) >= 4:
            _cache.clear()
        kind = call(problem.task.kind)
        kind.prepare(load_tokenizer(folder.path), problem.training.max_length)
        limits = {"train": problem.data.train_limit, "dev": problem.data.dev_limit}
        rows = {split: source.rows(problem.task.name, split)[:limit] for split, limit in limits.items()}
        try:
            _cache[key] = kind, Splits(kind.encode(rows["train"]), kind.encode(rows["dev"]))
        except UserError as error:
            raise UserError(f"task={problem.task.name}: {error}") from error
    return _cache[key]
