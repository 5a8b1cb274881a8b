"""Floating-point operations of a BERT: those of its matrix products, two for each weight and token. No torch here."""

from collections.abc import Sequence
from dataclasses import dataclass

FORWARD_AND_BACKWARD = 3  # a product's gradients, to its input and to its weights, are two more products
ASKED = 0.15  # the share of tokens that masked LM asks
SPECIAL = 2  # tokens of a text that are never asked


@dataclass(frozen=True)
class Sizes:
    """Of an encoder: its layers, their width, the width within their feed-forward part, and the vocabulary."""

    layers: int
    width: int
    feed_forward: int
    vocabulary: int

    def encoder(self, lengths: Sequence[int]) -> float:
        """One pass over texts of so many tokens each; of a padded batch, the padding included."""
        tokens, pairs = sum(lengths), sum(length**2 for length in lengths)
        maps = 4 * self.width**2 + 2 * self.width * self.feed_forward
        return self.layers * (2 * tokens * maps + 4 * pairs * self.width)

    def head(self, family: str, lengths: Sequence[int]) -> float:
        """One pass of a task's head; the small maps to labels and to answers are left out."""
        if family == "masked_lm":
            asked = ASKED * sum(max(0, length - SPECIAL) for length in lengths)
            return 2 * asked * self.width * (self.width + self.vocabulary)
        return 2 * len(lengths) * self.width**2 if family in ("classification", "regression") else 0

    def step(self, family: str, lengths: Sequence[int], packed: bool) -> float:
        """A training step on one batch of texts of so many tokens, which are padded to the longest unless packed."""
        computed = lengths if packed else [max(lengths)] * len(lengths)
        return FORWARD_AND_BACKWARD * (self.encoder(computed) + self.head(family, lengths))
