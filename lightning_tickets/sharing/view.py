"""What a ticket is, as lines for a terminal and as a picture."""

import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from lightning_tickets.pruning.mask import Mask, by_layer, kept, size, sparsity
from lightning_tickets.tickets.result import LARGEST_SHARE, Moved

WIDTH = 40  # of a full bar, in characters
COLUMNS = 100  # of a line of provenance
Field = tuple[str, str]


def lines(mask: Mask, provenance: Mapping[str, Any], moved: Moved | None = None) -> Iterator[str]:
    """Where it comes from, how far its training went, zeros by layer, the counts of each matrix and of all."""
    yield from grouped(provenance)
    if moved is not None:
        largest, common = f"{100 * LARGEST_SHARE:g} %", f"{100 * moved.overlap:.1f} %"
        yield f"its round's training moved the weights by {100 * moved.distance:.1f} % (relative L2)"
        yield f"the largest {largest} of them before and after it share {common} (intersection over union)"
    for layer, own in by_layer(mask).items():
        share = sparsity(own)
        yield f"layer {layer:10s} {'#' * round(WIDTH * share):{WIDTH}s} {100 * share:5.1f} % zero"
    for name, m in mask.items():
        yield f"{name:60s} {int(m.sum()):>10,} of {m.numel():>10,}  {100 * sparsity({name: m}):5.1f} % zero"
    yield f"{kept(mask):,} of {size(mask):,} weights are kept, {100 * sparsity(mask):.2f} % are zero"


def grouped(provenance: Mapping[str, Any]) -> list[str]:
    """A line for each part of what is known, as ``found_by.chain.schedule: empty=False per_round=10``."""
    parts: dict[str, list[str]] = {}
    for key, value in fields(provenance):
        part, _, own = key.rpartition(".")
        parts.setdefault(part or "ticket", []).append(f"{own}={value}")
    texts = [f"{part}: {' '.join(values)}" for part, values in parts.items()] or ["ticket: without provenance"]
    return [line for text in texts for line in textwrap.wrap(text, COLUMNS, subsequent_indent="    ")]


def fields(value: Any, place: str = "") -> Iterator[Field]:
    """The values of nested mappings and lists by dotted keys, without the tags of specs; plain values come first."""
    if isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        value = dict(enumerate(value))
    if not isinstance(value, Mapping):
        yield place, value if isinstance(value, str) else json.dumps(value)
        return
    for key in sorted(set(value) - {"is"}, key=lambda key: (isinstance(value[key], (Mapping, list)), str(key))):
        yield from fields(value[key], f"{place}.{key}" if place else str(key))


def picture(mask: Mask) -> bytes:
    """A PNG of the share of zeros by layer and by matrix."""
    from lightning_tickets.report.figures import ticket

    own = by_layer(mask)
    matrices: dict[str, dict[str, float]] = {}
    for layer, matrix in own.items():
        for name, m in matrix.items() if len(matrix) > 1 else ():
            kind = name.partition(f".{layer}.")[2].removesuffix(".weight")
            matrices.setdefault(kind, {})[layer] = sparsity({name: m})
    return ticket.png({layer: sparsity(one) for layer, one in own.items()}, matrices, sparsity(mask))
