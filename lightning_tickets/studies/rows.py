"""The lines of a table, as its YAML names them: a subnetwork, and whatever else is typed to get it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lightning_tickets.errors import UserError

SUBNETWORK, SOURCE, SPARSITY = "subnetwork=", "source=", "sparsity="
Rows = Sequence[str] | Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Row:
    """``options`` are further overrides; ``sparsity`` is set where the row has one of its own, in percent."""

    name: str
    subnetwork: str
    options: tuple[str, ...] = ()
    sparsity: int | None = None

    @property
    def source(self) -> str | None:
        """The task that its ticket is found on, where it is not the one that it is trained on."""
        return next((option.removeprefix(SOURCE) for option in self.options if option.startswith(SOURCE)), None)


def of_source(task: str) -> Row:
    """The ticket of a task, by the task's name."""
    return Row(task, "imp", (f"{SOURCE}{task}",))


def rows_of(rows: Rows) -> list[Row]:
    """Of names of subnetworks, or of names of one's own with what is typed: ``[subnetwork=imp, source=mlm]``."""
    if isinstance(rows, Mapping):
        return [_typed(name, typed) for name, typed in rows.items()]
    return [Row(name, name) for name in rows]


def _typed(name: str, typed: Sequence[str]) -> Row:
    first, *options = [typed] if isinstance(typed, str) else typed
    own = [option.removeprefix(SPARSITY) for option in options if option.startswith(SPARSITY)]
    if not first.startswith(SUBNETWORK) or not all(text.isdigit() for text in own):
        raise UserError(f"study: rows.{name}={typed}: allowed is a list that begins with {SUBNETWORK}…")
    further = tuple(option for option in options if not option.startswith(SPARSITY))
    return Row(name, first.removeprefix(SUBNETWORK), further, int(own[0]) if own else None)
