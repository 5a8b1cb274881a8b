"""Figures 4 and 10: how much the tickets of different tasks have in common, and where they are sparse."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lightning_tickets.checks import integer, text
from lightning_tickets.errors import UserError
from lightning_tickets.studies.cell import Cell
from lightning_tickets.studies.exhibits.base import ExhibitSpec
from lightning_tickets.studies.measurement import Matrix
from lightning_tickets.studies.sparsities import CellLookup, SparsityLookup, no_sparsity_known

if TYPE_CHECKING:
    from lightning_tickets.tickets.mask_bits import Bits

LAYER = re.compile(r"\.(\d+)\.")
MEASURES = ("kept", "pruned", "layers", "sparsity")
SEED = "Each ticket is that of its task's search (ticket.seed)."


@dataclass(frozen=True)
class Overlap(ExhibitSpec):
    """Compares the tickets of ``tasks`` at one sparsity, in percent, by ``measure``.

    ``kept``, ``pruned``: intersection over union of the weights that two tickets keep, or prune.
    ``layers``: that of the kept weights with the ticket of ``reference``, layer by layer.
    ``sparsity``: the fraction of zeros, layer by layer.
    """

    reads_tickets = True
    measure: str
    tasks: Sequence[str]
    seeds: Sequence[int]
    sparsity: int
    reference: str = "mlm"

    def cells(self, winning: SparsityLookup = no_sparsity_known) -> list[Cell]:
        """One cell per ticket, whose run finds it."""
        self._check_lists("tasks", "seeds")
        if self.measure not in MEASURES:
            raise UserError(f"{self.key('measure')}: expected one of {', '.join(MEASURES)}, got {self.measure!r}")
        integer(1, 100)(self.key("sparsity"), self.sparsity)
        text(self.key("reference"), self.reference)
        others = [self.reference] if self.measure == "layers" else []
        return [Cell(task, "imp", self.sparsity, self.seeds[0]) for task in dict.fromkeys([*self.tasks, *others])]

    def fill(self, lookup: CellLookup, winning: SparsityLookup = no_sparsity_known) -> Matrix:
        from lightning_tickets.tickets.mask_bits import read_bits

        results = {cell.task: lookup(cell) for cell in self.cells()}
        masks = {task: read_bits(r.ticket)[0] for task, r in results.items() if r.ticket is not None}
        by_task = self.measure in ("kept", "pruned")
        parts = sorted({_part(name) for mask in masks.values() for name in mask}, key=_in_order)
        columns = tuple(self.tasks if by_task else parts)
        value = self._pair if by_task else self._at_part
        return Matrix(
            *self._heading,
            rows=tuple(self.tasks),
            columns=columns,
            values=tuple(tuple(value(masks, task, column) for column in columns) for task in self.tasks),
            tasks=tuple(self.tasks),
            notes=(self._reference_note(), SEED),
            missing=tuple(r.command for r in results.values() if r.ticket is None),
        )

    def _pair(self, masks: Mapping[str, Bits], task: str, other: str) -> float | None:
        return _overlap(masks, task, other, kept=self.measure == "kept")

    def _at_part(self, masks: Mapping[str, Bits], task: str, part: str) -> float | None:
        """The overlap with the reference, or the sparsity, in one part of the network."""
        within = {
            name: {matrix: bits for matrix, bits in mask.items() if _part(matrix) == part}
            for name, mask in masks.items()
        }
        if task not in within:
            return None
        if self.measure == "layers":
            return _overlap(within, task, self.reference, kept=True)
        size = sum(bits.size for bits in within[task].values())
        return 1 - sum(int(bits.sum()) for bits in within[task].values()) / size if size else None

    def _reference_note(self) -> str:
        """What to compare with: the overlap of two independent uniform masks, or the overall sparsity."""
        if self.measure == "sparsity":
            return f"The tickets' own sparsity is {self.sparsity} % over all layers."
        fraction = self.sparsity / 100 if self.measure == "pruned" else 1 - self.sparsity / 100
        return f"By chance two masks of {self.sparsity} % have {100 * fraction / (2 - fraction):.1f} % in common."


def _overlap(masks: Mapping[str, Bits], one: str, other: str, kept: bool) -> float | None:
    """Intersection over union of the kept, or pruned, weights; None without both masks or if the union is empty."""
    if one not in masks or other not in masks:
        return None
    pairs = [(a if kept else ~a, b if kept else ~b) for a, b in _shared(masks[one], masks[other])]
    union = sum(int((a | b).sum()) for a, b in pairs)
    return sum(int((a & b).sum()) for a, b in pairs) / union if union else None


def _shared(one: Bits, other: Bits) -> list[tuple[Any, Any]]:
    """The matrices that both masks have: a model without a pooler lacks that one."""
    return [(one[name], other[name]) for name in one if name in other]


def _part(name: str) -> str:
    """The layer of a matrix, or the first word of its name if it is in none (the pooler)."""
    match = LAYER.search(name)
    return f"layer {int(match[1]) + 1}" if match else name.split(".")[0]


def _in_order(part: str) -> tuple[bool, int, str]:
    """Layers by their numbers, before what is in none: a ticket's file has layer 10 before layer 2."""
    return not part.startswith("layer "), len(part), part
