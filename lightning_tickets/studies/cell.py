"""A cell: the coordinates of one number in a table, and the command that makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lightning_tickets.tickets.problem import Problem

WHOLE = ("full", "scratch", "given")  # rows without a sparsity of their own: no mask, or a mask from a file


@dataclass(frozen=True)
class Cell:
    """``sparsity`` in percent; rows without a mask have none (0). ``options`` are further overrides: ``source=mlm``."""

    task: str
    subnetwork: str
    sparsity: int
    seed: int
    options: tuple[str, ...] = ()

    def overrides(self) -> tuple[str, ...]:
        """What is typed after ``lightning-tickets run`` to get this cell."""
        sparsity = [f"sparsity={self.sparsity}"] if self.sparsity else []
        return (f"task={self.task}", f"subnetwork={self.subnetwork}", *sparsity, f"seed={self.seed}", *self.options)


@dataclass(frozen=True)
class Outcome:
    """What has become of a cell: its run, its score as a fraction if it has been made, else how to make it.

    ``others`` are all metrics that were scored, ``undefined`` those that had no value and stand as 0; ``ticket`` is the
    file of its mask, where there is one; ``problem`` and ``steps`` say what is trained, and how long; ``picks``
    is the score that decides how far a task's tickets win.
    """

    run: str
    metric: str
    score: float | None
    command: str
    undefined: tuple[str, ...] = ()
    others: Mapping[str, float] = field(default_factory=dict)
    ticket: Path | None = None
    problem: Problem | None = None
    steps: int = 0
    picks: float | None = None
