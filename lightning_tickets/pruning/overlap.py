"""How much two masks have in common (Chen et al. 2020, appendix D), by matrix and in all."""

from __future__ import annotations

from dataclasses import dataclass

from lightning_tickets.pruning.mask import POOLER, Mask, fitted


@dataclass(frozen=True)
class Overlap:
    """Counts of weights: those that the one keeps, the other, both, and all that there are."""

    one: int = 0
    other: int = 0
    both: int = 0
    total: int = 0

    def __add__(self, more: Overlap) -> Overlap:
        return Overlap(self.one + more.one, self.other + more.other, self.both + more.both, self.total + more.total)

    @property
    def kept(self) -> float:
        """Weights that both keep over those that at least one keeps; NaN where none keeps any."""
        return _ratio(self.both, self.one + self.other - self.both)

    @property
    def pruned(self) -> float:
        """The same of the weights that they prune."""
        neither = self.total - self.one - self.other + self.both
        return _ratio(neither, self.total - self.both)

    @property
    def by_chance(self) -> float:
        """What is expected of ``kept`` for independent masks that keep as many weights."""
        both = self.one * self.other / self.total
        return _ratio(both, self.one + self.other - both)


def overlaps(one: Mask, other: Mask) -> dict[str, Overlap]:
    """By matrix of both; ValueError naming one that only one of them has, unless that is a pooler."""
    one = {name: m for name, m in one.items() if name in other or not name.startswith(POOLER)}
    theirs = fitted(other, one)
    return {
        name: Overlap(int(m.sum()), int(theirs[name].sum()), int((m & theirs[name]).sum()), m.numel())
        for name, m in one.items()
    }


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
