"""A cell: the coordinates of one number in a table, its command line, and its result."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path

from lightning_tickets.errors import UserError, unknown
from lightning_tickets.tickets.problem import Problem

WITHOUT_SPARSITY = ("full", "scratch", "given")  # subnetworks without a mask, or with a mask from a file


@dataclass(frozen=True)
class Cell:
    """``sparsity`` is in percent, 0 without a mask; ``options`` are further overrides such as ``source=mlm``."""

    task: str
    subnetwork: str
    sparsity: int
    seed: int
    options: tuple[str, ...] = ()

    def overrides(self) -> tuple[str, ...]:
        """The arguments of ``lightning-tickets run`` that make this cell."""
        sparsity = [f"sparsity={self.sparsity}"] if self.sparsity else []
        return (f"task={self.task}", f"subnetwork={self.subnetwork}", *sparsity, f"seed={self.seed}", *self.options)


@dataclass(frozen=True)
class CellResult:
    """A cell's run, its score as a fraction (None: not in the store) and the command that makes it.

    ``metrics`` are all that were scored; ``undefined`` are those that had no value and count as 0. ``ticket`` is the
    file of its mask, if there is one; ``problem`` and ``steps`` say what is trained and for how long. ``selection`` has
    the metrics that decide at which sparsity a ticket wins, where these are not those of the development set.
    """

    run: str
    metric: str
    score: float | None
    command: str
    _: KW_ONLY
    undefined: tuple[str, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    ticket: Path | None = None
    problem: Problem | None = None
    steps: int = 0
    selection: Mapping[str, float] = field(default_factory=dict)

    def scored_by(self, metric: str | None) -> float:
        """The score by a metric of the task, None: by its own. UserError for a metric that it does not have."""
        assert self.score is not None, "it is in the store"
        if metric not in (None, *self.metrics):
            raise UserError(f"{self.run}: {unknown('metric', str(metric), self.metrics)}")
        return self.score if metric is None else self.metrics[metric]

    def selection_score(self, metric: str | None = None) -> float:
        """What decides at which sparsity a ticket wins: the score on held-out rows of train, if there are any."""
        return self.selection.get(metric or self.metric, self.scored_by(metric))
