"""Table 1: how each task is trained, read from the composed problems of the runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from lightning_tickets.points import MISSING
from lightning_tickets.studies.cell import Cell
from lightning_tickets.studies.exhibits.base import ExhibitSpec
from lightning_tickets.studies.measurement import TextTable
from lightning_tickets.studies.sparsities import CellLookup, SparsityLookup, no_sparsity_known
from lightning_tickets.tickets.problem import Problem

HEAD = ("task", "metric", "learning rate", "of the head", "batch", "length", "epochs", "steps", "examples an epoch")
OPTIMIZER = "AdamW without weight decay unless a run's spec.json says otherwise; the rate falls linearly to zero."


@dataclass(frozen=True)
class SettingsTable(ExhibitSpec):
    """The settings of the full networks with the first of ``seeds``; nothing has to run for it."""

    tasks: Sequence[str]
    seeds: Sequence[int]

    def cells(self, winning: SparsityLookup = no_sparsity_known) -> list[Cell]:
        self._check_lists("tasks", "seeds")
        return [Cell(task, "full", 0, self.seeds[0]) for task in self.tasks]

    def fill(self, lookup: CellLookup, winning: SparsityLookup = no_sparsity_known) -> TextTable:
        results = [lookup(cell) for cell in self.cells()]
        return TextTable(
            *self._heading,
            head=HEAD,
            lines=tuple(_line(result.problem, result.steps) for result in results if result.problem is not None),
            tasks=tuple(self.tasks),
            notes=(OPTIMIZER,),
        )


def _line(problem: Problem, steps: int) -> tuple[str, ...]:
    """Examples of an epoch are those of whole batches, as in table 1; a training given in steps has no epochs."""
    training = problem.training
    per_epoch = str(steps // training.epochs * training.batch_size) if training.epochs else MISSING
    return (
        problem.task.name,
        problem.task.metric,
        f"{training.learning_rate:g}",
        f"{training.head_learning_rate:g}",
        str(training.batch_size),
        str(training.max_length),
        str(training.epochs or MISSING),
        str(steps),
        per_epoch,
    )
