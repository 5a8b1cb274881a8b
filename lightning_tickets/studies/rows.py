"""The rows of a grid, as its YAML names them: a subnetwork and further overrides."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lightning_tickets.checks import texts
from lightning_tickets.errors import UserError

SUBNETWORK, SOURCE, SPARSITY, TASK = "subnetwork=", "source=", "sparsity=", "task="
Rows = Sequence[str] | Mapping[str, Sequence[str]]
"""Names of subnetworks, or overrides by the row's name: ``{imp_mlm: [subnetwork=imp, source=mlm]}``."""


@dataclass(frozen=True)
class GridRow:
    """``options`` are further overrides; ``sparsity``, in percent, and ``task`` are set if it has only that one."""

    name: str
    subnetwork: str
    options: tuple[str, ...] = ()
    sparsity: int | None = None
    task: str | None = None

    def is_on(self, task: str) -> bool:
        """Whether it has a cell on the task."""
        return self.task in (None, task)

    @property
    def source(self) -> str | None:
        """The task that its ticket is found on, None if it is the task that is trained."""
        return next((option.removeprefix(SOURCE) for option in self.options if option.startswith(SOURCE)), None)


def of_source(task: str) -> GridRow:
    """The ticket of a task; the row has the task's name."""
    return GridRow(task, "imp", (f"{SOURCE}{task}",))


def rows_of(rows: Rows, key: str) -> list[GridRow]:
    """``key`` is how they are typed; UserError for a row that is none."""
    if isinstance(rows, Mapping):
        return [_parse(name, overrides, f"{key}.{name}") for name, overrides in rows.items()]
    return [GridRow(name, name) for name in rows]


def _parse(name: str, overrides: Sequence[str], key: str) -> GridRow:
    first, *options = texts(key, [overrides] if isinstance(overrides, str) else overrides)
    sparsities, tasks = ([o.removeprefix(key) for o in options if o.startswith(key)] for key in (SPARSITY, TASK))
    if not first.startswith(SUBNETWORK):
        raise UserError(f"{key}: expected a list that begins with {SUBNETWORK}…, got {overrides}")
    if max(len(sparsities), len(tasks)) > 1 or any(option.startswith(SUBNETWORK) for option in options):
        raise UserError(f"{key}: expected one {SUBNETWORK}…, and at most one {SPARSITY}… and {TASK}…, got {overrides}")
    if not all(re.fullmatch("[0-9]+", text) for text in sparsities):
        raise UserError(f"{key}: expected a percentage, got {SPARSITY}{sparsities[0]}")
    return GridRow(
        name,
        first.removeprefix(SUBNETWORK),
        tuple(option for option in options if not option.startswith((SPARSITY, TASK))),
        int(sparsities[0]) if sparsities else None,
        tasks[0] if tasks else None,
    )
