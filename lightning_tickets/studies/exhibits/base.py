"""What every exhibit of a study can say: the cells that it needs, and itself with their results."""

from abc import ABC, abstractmethod
from copy import copy
from dataclasses import dataclass, field
from typing import ClassVar, Self

from lightning_tickets.checks import integer
from lightning_tickets.errors import UserError
from lightning_tickets.studies.cell import Cell
from lightning_tickets.studies.measurement import Reportable
from lightning_tickets.studies.sparsities import CellLookup, SparsityLookup, WinningNeeded, no_sparsity_known


@dataclass(frozen=True)
class ExhibitSpec(ABC):
    """A table or figure as its YAML describes it; ``caption`` is one sentence on what to look for.

    ``question`` is what it helps to answer: a report lists exhibits by their questions.
    """

    reads_tickets: ClassVar[bool] = False  # the files of its cells' masks, and of their results
    name: str
    title: str
    caption: str
    question: str = field(default="", kw_only=True)
    place: str = field(default="", init=False)  # the key of its settings

    def with_known(self, **known: object) -> Self:
        """With what is known of it but is no setting: ``place``, and of a grid ``without_sparsity``."""
        other = copy(self)
        for name, value in known.items():
            object.__setattr__(other, name, value)
        return other

    @abstractmethod
    def cells(self, winning: SparsityLookup = no_sparsity_known) -> list[Cell]:
        """The cells that it is made of; UserError for a value that is not possible."""

    @abstractmethod
    def fill(self, lookup: CellLookup, winning: SparsityLookup = no_sparsity_known) -> Reportable:
        """The exhibit with the results that are in the store."""

    def curve_cells(self) -> list[Cell]:
        """What has to run before the winning sparsities are known."""
        return []

    def winning_needed(self) -> list[WinningNeeded]:
        """The winning sparsities that its cells are at."""
        return []

    def key(self, part: str) -> str:
        """How a setting of it is typed, for messages."""
        return f"{self.place or f'study.exhibits.{self.name}'}.{part}"

    @property
    def _heading(self) -> tuple[str, str, str]:
        return self.name, self.title, self.caption

    def _check_lists(self, *axes: str, least: int = 1) -> None:
        """UserError unless each is a list of at least so many values, each once, or for ``rows`` a mapping."""
        for axis in axes:
            value, kinds = getattr(self, axis), (list, tuple, dict) if axis == "rows" else (list, tuple)
            if not isinstance(value, kinds) or len(value) < least:
                at_least = " with at least one value" * least
                raise UserError(f"{self.key(axis)}: expected a list{at_least}, got {value!r}")
            of = str | float | int if axis in ("seeds", "sparsities") else str
            if wrong := [one for one in value if not isinstance(one, of)]:
                expected = "a list of texts" if of is str else "a list of numbers and words"
                raise UserError(f"{self.key(axis)}: expected {expected}, got {wrong[0]!r} in it")
            for one in value if axis == "seeds" else ():
                integer(0)(self.key(axis), one)
            if len(set(value)) < len(value):
                raise UserError(f"{self.key(axis)}: expected each value once, got {list(value)}")
