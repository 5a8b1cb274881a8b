"""Two tickets next to each other: what both keep, and what differs."""

from collections.abc import Iterator, Mapping
from typing import Any

from lightning_tickets.errors import UserError
from lightning_tickets.pruning.mask import Mask, by_layer, sparsity
from lightning_tickets.pruning.overlap import Overlap, overlaps
from lightning_tickets.sharing.view import fields

Ticket = tuple[Mask, Mapping[str, Any]]


def overlap_lines(one: Ticket, other: Ticket) -> list[str]:
    """Intersection over union in percent, by matrix, by layer, and of all; UserError for masks of two networks."""
    try:
        matrices = overlaps(one[0], other[0])
    except ValueError as error:
        raise UserError(f"ticket overlap: {str(error).replace('the model', 'the first')}") from error
    layers = {f"layer {layer}": own for layer, own in by_layer(matrices).items()} | {"all": matrices}
    rows = matrices | {name: sum(own.values(), Overlap()) for name, own in layers.items()}
    head = f"{'intersection over union, %':60s} {'kept':>7s} {'pruned':>7s} {'by chance':>10s}"
    return [head, *(_row(name, counts) for name, counts in rows.items())]


def _row(name: str, counts: Overlap) -> str:
    return f"{name:60s} {100 * counts.kept:7.2f} {100 * counts.pruned:7.2f} {100 * counts.by_chance:10.2f}"


def diff_lines(one: Ticket, other: Ticket) -> list[str]:
    """Fields of the provenance, matrices, and sparsities in percent; the first ticket's on the left."""
    return [*_fields(one[1], other[1]), *_matrices(one[0], other[0])] or ["no difference"]


def _fields(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    left, right = dict(fields(one)), dict(fields(other))
    for key in dict.fromkeys((*left, *right)):
        if left.get(key) != right.get(key):
            yield f"{key}: {left.get(key, '-')} | {right.get(key, '-')}"


def _matrices(one: Mask, other: Mask) -> Iterator[str]:
    for name in dict.fromkeys((*one, *other)):
        shapes = [" × ".join(map(str, mask[name].shape)) if name in mask else "-" for mask in (one, other)]
        if shapes[0] != shapes[1]:
            yield f"{name}: {shapes[0]} | {shapes[1]}"
    left, right = ({f"layer {layer}": own for layer, own in by_layer(mask).items()} for mask in (one, other))
    for layer, own in (left | {"all": one}).items():
        theirs = (right | {"all": other}).get(layer)
        if theirs is not None and not _same(own, theirs):
            yield f"{layer}: {100 * sparsity(own):.2f} % zero | {100 * sparsity(theirs):.2f} % zero"


def _same(one: Mask, other: Mask) -> bool:
    return one.keys() == other.keys() and all(m.equal(other[n]) for n, m in one.items())
