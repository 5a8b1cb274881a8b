"""How many weights each round of iterative pruning keeps. No torch here: planning asks."""

from dataclasses import dataclass
from typing import ClassVar

from lightning_tickets.errors import UserError

WHOLE = 100


def kept_count(total: int, percent: int) -> int:
    """The integer number of weights left when ``percent`` of ``total`` are pruned."""
    return total - (total * percent + 50) // 100


@dataclass(frozen=True)
class Linear:
    """``per_round`` percent of the ORIGINAL count a round, so 10, 20, … 90 % (docs/explanation/method.md, row 3).

    With ``empty`` a last round prunes all that is left and trains for nothing (docs/explanation/method.md, row 6).
    """

    tag: ClassVar[str] = "Linear"
    per_round: int = 10
    empty: bool = False

    def percents(self) -> list[int]:
        """Of all rounds, rising: the percentages pruned after each, which name them."""
        return [*range(self.per_round, WHOLE, self.per_round), *([WHOLE] if self.empty else [])]

    def kept(self, total: int, percent: int) -> int:
        """The exact number of weights left of ``total`` after the round named by ``percent``."""
        return kept_count(total, percent)


@dataclass(frozen=True)
class Geometric:
    """``per_round`` percent of what is LEFT a round, so 10, 19, 27, 34, … (docs/explanation/method.md, row 3).

    Algorithm 1. Rounds go on as long as each has a whole percentage of its own, at most to 99 %.
    """

    tag: ClassVar[str] = "Geometric"
    per_round: int = 10

    def percents(self) -> list[int]:
        rounds: list[int] = []
        while True:
            rounded = WHOLE - round(WHOLE * (1 - self.per_round / WHOLE) ** (len(rounds) + 1))
            if rounded >= WHOLE or (rounds and rounded == rounds[-1]):
                return rounds
            rounds.append(rounded)

    def kept(self, total: int, percent: int) -> int:
        for _ in range(rounds_to(self, percent)):
            total = kept_count(total, self.per_round)
        return total


Schedule = Linear | Geometric


def rounds_to(schedule: Schedule, percent: int) -> int:
    """The round after which ``percent`` are pruned; UserError if none is."""
    allowed = schedule.percents()
    if percent not in allowed:
        raise UserError(
            f"sparsity={percent} is not on the schedule (schedule.per_round={schedule.per_round}): "
            f"choose from {', '.join(map(str, allowed))}"
        )
    return allowed.index(percent) + 1
