"""SQuAD v1.1's official scores of one answer (torchmetrics' differ where nothing is left after normalising)."""

import re
import string
from collections import Counter
from collections.abc import Sequence

ARTICLES = re.compile(r"\b(a|an|the)\b")
PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalised(text: str) -> list[str]:
    """Words in lower case, without ASCII punctuation and articles."""
    return ARTICLES.sub(" ", text.lower().translate(PUNCTUATION)).split()


def best_scores(guess: str, gold: Sequence[str]) -> tuple[float, float]:
    """F1 over words and exact match, the best of each over the gold answers."""
    said, expected = normalised(guess), [normalised(answer) for answer in gold]
    return max(_f1(said, words) for words in expected), max(float(said == words) for words in expected)


def _f1(said: list[str], expected: list[str]) -> float:
    """2 · precision · recall / (precision + recall); 0 where they share no word."""
    shared = sum((Counter(said) & Counter(expected)).values())
    return 2 * shared / (len(said) + len(expected)) if shared else 0.0
