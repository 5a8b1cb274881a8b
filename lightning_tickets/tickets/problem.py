"""What is trained, as frozen values: a task with its data, network and settings. No torch here.

Everything that changes a number is a field; data and weights enter by the fingerprint of their content.
"""

from dataclasses import dataclass
from typing import ClassVar

from lightning_tickets.checks import integer, null, setting, share
from lightning_tickets.components import Component
from lightning_tickets.training.config import Training


@dataclass(frozen=True)
class Metric:
    """A further metric of a task: a function of the columns of its score, by the names of its parameters."""

    tag: ClassVar[str] = "Metric"
    name: str
    component: Component


@dataclass(frozen=True)
class Task:
    """``kind`` trains and scores it; ``metric`` is the one that tables show, of the kind's or of ``metrics``.

    ``further`` are splits that are scored as ``dev`` is, each with the name that the metric goes by there.
    """

    tag: ClassVar[str] = "Task"
    name: str
    kind: Component
    metric: str
    further: tuple[tuple[str, str], ...] = ()
    metrics: tuple[Metric, ...] = ()


@dataclass(frozen=True)
class Data:
    """The rows of a task, by what they contain; the limits keep the first rows of each split.

    ``examples`` keeps the first of what the rows are tokenised to (blocks of a text, windows): table 8's sizes.
    ``holdout`` is the share of train's rows, the last ones, that is kept from training and scored apart.
    """

    tag: ClassVar[str] = "Data"
    source: str
    fingerprint: str
    train_limit: int | None = setting(integer(1) | null, None)
    dev_limit: int | None = setting(integer(1) | null, None)
    examples: int | None = None
    holdout: float | None = setting(share | null, None)

    def shown(self, rows: int) -> int:
        """How many of so many rows of train the limit leaves."""
        return rows if self.train_limit is None else min(rows, self.train_limit)

    def trained(self, rows: int) -> int:
        """How many of so many rows of train are trained on, the first ones."""
        return self.shown(rows) - round((self.holdout or 0) * self.shown(rows))

    def held_out(self, rows: int) -> slice:
        """Which of so many rows of train are kept from training."""
        return slice(self.trained(rows), self.shown(rows))


@dataclass(frozen=True)
class Model:
    """θ0 and its tokenizer, by what they contain; ``pooler`` says whether its matrix is pruned or stays dense."""

    tag: ClassVar[str] = "Model"
    name: str
    fingerprint: str
    pooler: str = "pruned"


@dataclass(frozen=True)
class Problem:
    """What is trained: f(x; ·, ·) on a task with given settings, the subnetwork left open."""

    tag: ClassVar[str] = "Problem"
    task: Task
    data: Data
    model: Model
    training: Training


@dataclass(frozen=True)
class Mix:
    """What is trained together with a search's own problem: one encoder, one head per task.

    ``loss`` is ``summed`` (every task has a batch in every step) or ``sampled`` (a step is of one task, any as likely).
    """

    tag: ClassVar[str] = "Mix"
    problems: tuple[Problem, ...]
    loss: str
