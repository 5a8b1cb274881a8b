"""Figures 4 and 10: how much tickets of different tasks have in common, and where they are sparse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lightning_tickets.errors import UserError
from lightning_tickets.studies.cell import Cell
from lightning_tickets.studies.finding import Matrix
from lightning_tickets.studies.levels import Found, Lookup, unknown

if TYPE_CHECKING:
    from lightning_tickets.tickets.mask_bits import Bits

LAYER = re.compile(r"\.(\d+)\.")
OF = ("kept", "pruned", "layers", "sparsity")


@dataclass(frozen=True)
class Overlap:
    """Of the tickets of ``tasks`` at one sparsity, in percent; ``of`` says what is compared.

    ``kept``, ``pruned``: intersection over union of the weights that two tickets keep, or prune (reference 11).
    ``layers``: of those kept with the ticket of ``beside``, layer by layer. ``sparsity``: the share of zeros in each.
    """

    name: str
    title: str
    shows: str
    of: str
    tasks: Sequence[str]
    seeds: Sequence[int]
    sparsity: int
    beside: str = "mlm"

    def cells(self, found: Found = unknown) -> list[Cell]:
        """A cell of each ticket: what finds it."""
        if self.of not in OF or not self.tasks or not self.seeds:
            raise UserError(f"study: of={self.of}: allowed are {', '.join(OF)}, with tasks and seeds")
        return [Cell(task, "imp", self.sparsity, self.seeds[0]) for task in self._tickets()]

    def curves(self) -> list[Cell]:
        return []

    def _tickets(self) -> list[str]:
        return list(dict.fromkeys([*self.tasks, *([self.beside] if self.of == "layers" else [])]))

    def exhibit(self, lookup: Lookup, found: Found = unknown) -> Matrix:
        from lightning_tickets.tickets.mask_bits import read_bits

        outcomes = {cell.task: lookup(cell) for cell in self.cells()}
        masks = {task: read_bits(o.ticket)[0] for task, o in outcomes.items() if o.ticket is not None}
        missing = tuple(o.command for o in outcomes.values() if o.ticket is None)
        columns, values = self._compared(masks)
        rows = tuple(self.tasks)
        return Matrix(self.name, self.title, self.shows, rows, columns, values, rows, (self._chance(), _SEED), missing)

    def _compared(self, masks: dict[str, Bits]) -> tuple[tuple[str, ...], tuple[tuple[float | None, ...], ...]]:
        if self.of in ("kept", "pruned"):
            pairs = [[_both(masks, one, other, self.of == "kept") for other in self.tasks] for one in self.tasks]
            return tuple(self.tasks), tuple(map(tuple, pairs))
        places = list(dict.fromkeys(_place(name) for mask in masks.values() for name in mask))
        return tuple(places), tuple(tuple(self._at(masks, task, place) for place in places) for task in self.tasks)

    def _at(self, masks: dict[str, Bits], task: str, place: str) -> float | None:
        here = {name: _part(mask, place) for name, mask in masks.items()}
        if task not in here:
            return None
        if self.of == "layers":
            return _both(here, task, self.beside, True)
        size = sum(bits.size for bits in here[task].values())
        return 1 - sum(int(bits.sum()) for bits in here[task].values()) / size if size else None

    def _chance(self) -> str:
        """What two independent uniform masks have in common, at the tickets' sparsity."""
        if self.of == "sparsity":
            return f"The tickets' own sparsity is {self.sparsity} % over all layers."
        share = self.sparsity / 100 if self.of == "pruned" else 1 - self.sparsity / 100
        return f"By chance two masks of {self.sparsity} % have {100 * share / (2 - share):.1f} % in common."


_SEED = "Each ticket is that of its task's chain (ticket.seed)."


def _both(masks: dict[str, Bits], one: str, other: str, kept: bool) -> float | None:
    """Intersection over union; None where a ticket is missing or neither keeps anything."""
    if one not in masks or other not in masks:
        return None
    pairs = [(a if kept else ~a, b if kept else ~b) for a, b in _shared(masks[one], masks[other])]
    union = sum(int((a | b).sum()) for a, b in pairs)
    return sum(int((a & b).sum()) for a, b in pairs) / union if union else None


def _shared(one: Bits, other: Bits) -> list[tuple[Any, Any]]:
    """Matrices that both have: a model without a pooler has none to compare."""
    return [(one[name], other[name]) for name in one if name in other]


def _place(name: str) -> str:
    """A matrix's layer; what belongs to none (the pooler) by its own name."""
    found = LAYER.search(name)
    return f"layer {int(found[1]) + 1}" if found else name.split(".")[0]


def _part(mask: Bits, place: str) -> Bits:
    return {name: bits for name, bits in mask.items() if _place(name) == place}
