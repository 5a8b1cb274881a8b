"""A seed per purpose, so that drawing a head does not change the order of the data."""

import hashlib


def derive(seed: int, purpose: str, *indices: int) -> int:
    """A 63-bit seed for one purpose (head, order, dropout, mask, corruption, start) of a run's seed."""
    text = "/".join([str(seed), purpose, *map(str, indices)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
