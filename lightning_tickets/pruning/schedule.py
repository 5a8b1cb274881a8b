"""How many weights each round of iterative pruning keeps. No torch here: planning asks."""

from __future__ import annotations

from dataclasses import dataclass

from lightning_tickets.errors import UserError


def kept_count(total: int, percent: int) -> int:
    """The integer number of weights left when ``percent`` of ``total`` are pruned."""
    return total - (total * percent + 50) // 100


@dataclass(frozen=True)
class Linear:
    """``per_round`` percent of the ORIGINAL count a round, so 10, 20, … 90 % (as released; reference 3)."""

    per_round: int = 10

    def rounds_to(self, percent: int) -> int:
        """The round after which ``percent`` are pruned; UserError if none is."""
        allowed = self.percents()
        if percent not in allowed:
            raise UserError(
                f"sparsity={percent} is not on the schedule (schedule.per_round={self.per_round}): "
                f"allowed are {', '.join(map(str, allowed))}"
            )
        return allowed.index(percent) + 1

    def percents(self) -> list[int]:
        """The sparsities of all rounds; the last leaves something to train."""
        if not 1 <= self.per_round <= 99:
            raise UserError(f"schedule.per_round={self.per_round} is not a percentage from 1 to 99")
        return list(range(self.per_round, 100, self.per_round))
