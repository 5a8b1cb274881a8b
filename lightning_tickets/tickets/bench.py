"""The workbench: what trainings of one problem have in common, read once in a process."""

from __future__ import annotations

import copy
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from lightning_tickets.data.source import Source
from lightning_tickets.initialization.state import State, clone
from lightning_tickets.models.encoder import fresh_encoder, load_encoder, pooler_policy, prunable
from lightning_tickets.models.folders import Pretrained
from lightning_tickets.models.heads import make_head
from lightning_tickets.pruning.callback import Prune, PruningCallback
from lightning_tickets.pruning.mask import Mask, Weights, sparsity
from lightning_tickets.runs.store import Store
from lightning_tickets.seeds import derive
from lightning_tickets.tasks.kind import Score
from lightning_tickets.tickets.examples import prepared
from lightning_tickets.tickets.journal import Journal
from lightning_tickets.tickets.spec import Problem
from lightning_tickets.training.fit import fit
from lightning_tickets.training.settings import Hardware
from lightning_tickets.training.snapshot import Snapshot


@dataclass(frozen=True)
class Places:
    """Where things lie on this machine and how they are shown: none of it changes a result."""

    store: Store
    source: Source
    folder: Pretrained
    cache: Path
    mask_file: Path | None = None
    hardware: Hardware = field(default_factory=Hardware)
    journal: Journal = field(default_factory=Journal)


class Bench:
    """A problem with its data and θ0 in memory; every training starts from copies."""

    def __init__(self, problem: Problem, places: Places) -> None:
        self.problem, self.places = problem, places
        self.kind, self.splits = prepared(problem, places.source, places.folder, places.cache)
        self._encoder = _encoder(places.folder.path, problem.model.fingerprint)

    @property
    def theta(self) -> State:
        """θ0, all of the encoder's values by name; read it, never write into it."""
        theta: State = self._encoder.state_dict()
        return theta

    @property
    def prunable(self) -> Weights:
        """The prunable part of θ0."""
        return {name: p.detach() for name, p in prunable(self._encoder, self._prunes_pooler).items()}

    @property
    def pooler(self) -> str:
        """What becomes of the pooler's matrix: pruned, dense or absent."""
        return pooler_policy(self._encoder, self._prunes_pooler)

    @property
    def _prunes_pooler(self) -> bool:
        return self.problem.model.pooler == "pruned"

    def fresh(self, seed: int) -> State:
        """θ0′: the architecture's own random weights."""
        return clone(fresh_encoder(self._encoder.config, seed).state_dict())

    @property
    def steps(self) -> int:
        """Optimiser steps of a whole training."""
        return self.problem.training.total_steps(len(self.splits.train))

    def train(
        self,
        name: str,
        start: State,
        mask: Mask,
        seeds: tuple[int, int],
        prune: Prune | None = None,
        snapshot: Snapshot | None = None,
        gamma: State | None = None,
        begin: int = 0,
    ) -> tuple[Score, PruningCallback]:
        """f(x; m ⊙ start, γ) trained on the problem from step ``begin`` on, its curves under ``name``.

        ``seeds`` are the run's seed, which draws the head (the same one in every round) unless ``gamma`` is given, and
        the round.
        """
        encoder = copy.deepcopy(self._encoder)
        encoder.load_state_dict(start)
        head = make_head(self.kind, encoder, self.places.folder.path, derive(seeds[0], "head"))
        if gamma is not None:
            head.load_state_dict(gamma, strict=False)  # a tied decoder is the encoder's
        callback = PruningCallback(prunable(encoder, self._prunes_pooler), mask, prune)
        settings, hardware = self.problem.training, self.places.hardware
        if hardware.progress:
            print(name, file=sys.stderr)
        shown = {"task": self.problem.task.name, "seed": seeds[0], "sparsity": sparsity(mask)}
        with self.places.journal.logger(name, shown) as logger:
            callbacks = [callback, snapshot] if snapshot else [callback]
            score = fit(encoder, head, self.kind, self.splits, settings, seeds, callbacks, hardware, logger, begin)
        return score, callback


@lru_cache(maxsize=2)
def _encoder(path: Path, fingerprint: str) -> Any:
    return load_encoder(path)
