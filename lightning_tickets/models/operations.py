"""Floating-point operations of a BERT: those of its matrix products, two for each weight and token. No torch here."""

from collections.abc import Sequence
from dataclasses import dataclass

FORWARD_AND_BACKWARD = 3  # a product's gradients, to its input and to its weights, are two more products
ASKED = 0.15  # the share of tokens that masked LM asks
SPECIAL = 2  # tokens of a text that are never asked
POOLED = ("classification", "regression")  # families whose head reads the first token


@dataclass(frozen=True)
class Sizes:
    """Of an encoder: its layers, their width, the width within their feed-forward part, and the vocabulary."""

    layers: int
    width: int
    feed_forward: int
    vocabulary: int

    def encoder(self, lengths: Sequence[int], first_only: bool = False) -> float:
        """One pass over texts of so many tokens each; of a padded batch, the padding included.

        With ``first_only`` the last layer is computed for the first token of each text, whose keys and values are all.
        """
        tokens, pairs = sum(lengths), sum(length**2 for length in lengths)
        square, feed_forward = self.width**2, 2 * self.width * self.feed_forward
        whole = 2 * tokens * (4 * square + feed_forward) + 4 * pairs * self.width
        first = 2 * tokens * 2 * square + 2 * len(lengths) * (2 * square + feed_forward) + 4 * tokens * self.width
        return (self.layers - 1) * whole + (first if first_only else whole)

    def head(self, family: str, lengths: Sequence[int]) -> float:
        """One pass of a task's head; the small maps to labels and to answers are left out."""
        if family == "masked_lm":
            asked = ASKED * sum(max(0, length - SPECIAL) for length in lengths)
            return 2 * asked * self.width * (self.width + self.vocabulary)
        return 2 * len(lengths) * self.width**2 if family in POOLED else 0

    def step(self, family: str, lengths: Sequence[int], packed: bool, skips: bool = False) -> float:
        """A training step on one batch of texts of so many tokens, which are padded to the longest unless packed.

        With ``skips`` the last layer is computed where the head reads it: a classifier, at each first token.
        """
        computed = lengths if packed else [max(lengths)] * len(lengths)
        first_only = skips and family in POOLED
        return FORWARD_AND_BACKWARD * (self.encoder(computed, first_only) + self.head(family, lengths))
