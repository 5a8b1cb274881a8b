"""Table 1: how each task is trained, read from the very problems that the runs are of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lightning_tickets.errors import UserError
from lightning_tickets.studies.cell import Cell
from lightning_tickets.studies.finding import Sheet
from lightning_tickets.studies.levels import Found, Lookup, unknown
from lightning_tickets.tickets.problem import Problem

HEAD = ("task", "metric", "learning rate", "of the head", "batch", "length", "epochs", "steps", "examples an epoch")


@dataclass(frozen=True)
class Trainings:
    """``seeds`` name the full networks that are read; nothing has to run for it."""

    name: str
    title: str
    shows: str
    tasks: Sequence[str]
    seeds: Sequence[int]

    def cells(self, found: Found = unknown) -> list[Cell]:
        if not self.tasks or not self.seeds:
            raise UserError("study: tasks, seeds: give a list with one value at least")
        return [Cell(task, "full", 0, self.seeds[0]) for task in self.tasks]

    def curves(self) -> list[Cell]:
        return []

    def exhibit(self, lookup: Lookup, found: Found = unknown) -> Sheet:
        lines = []
        for cell in self.cells():
            outcome = lookup(cell)
            if outcome.problem is not None:
                lines.append(_line(outcome.problem, outcome.steps))
        return Sheet(self.name, self.title, self.shows, HEAD, tuple(lines), tuple(self.tasks), (_OPTIMISER,))


_OPTIMISER = "AdamW without decay of weights unless a run's spec.json says otherwise; the rate falls linearly to zero."


def _line(problem: Problem, steps: int) -> tuple[str, ...]:
    """Examples are of whole batches, as table 1 counts them; a training of so many steps has no epochs."""
    training = problem.training
    per_epoch = str(steps // training.epochs * training.batch_size) if training.epochs else "—"
    return (
        problem.task.name,
        problem.task.metric,
        f"{training.learning_rate:g}",
        f"{training.head_learning_rate:g}",
        str(training.batch_size),
        str(training.max_length),
        str(training.epochs or "—"),
        str(steps),
        per_epoch,
    )
