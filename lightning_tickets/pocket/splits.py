"""Which sentences are held out, by a hash of their words."""

import zlib

from lightning_tickets.pocket.facts import Words

LONG = 4  # words of a distinctive sentence, at least
HELD_OUT_SHARE = 3  # one sentence in so many is held out


def sentences_of(*segments: Words | None) -> list[str]:
    """The sentences of the segments, without their full stops and question marks."""
    text = " . ".join(" ".join(words) for words in segments if words).replace("?", ".")
    return [part.strip() for part in text.split(".") if part.strip()]


def is_long(sentence: str) -> bool:
    return sentence.count(" ") + 1 >= LONG


def is_held_out(sentence: str) -> bool:
    return zlib.crc32(sentence.encode()) % HELD_OUT_SHARE == 0


def belongs(first: Words, second: Words | None, dev: bool) -> bool:
    """Whether all long sentences of a pair are on that side of the split; without any, the pair as a whole.

    A pair of two equal segments is on neither side."""
    if first == second:
        return False
    sentences = sentences_of(first, second)
    distinctive = [s for s in sentences if is_long(s)] or [" | ".join(sentences)]
    return all(is_held_out(s) == dev for s in distinctive)
