"""θ_i and γ_i on disk, beside the ticket of the round that took them."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from lightning_tickets.errors import UserError
from lightning_tickets.training.snapshot import Point

POINT = "point.safetensors"
PARTS = ("encoder", "head")


def save_point(path: Path, point: Point) -> None:
    values = {f"{part}.{name}": value for part in PARTS for name, value in getattr(point, part).items()}
    save_file({name: value.contiguous() for name, value in values.items()}, path)


def load_point(path: Path) -> Point:
    """UserError for a file that cannot be read."""
    try:
        values = load_file(path)
    except (SafetensorError, OSError) as error:
        raise UserError(f"{path}: cannot be read ({error})") from error
    parts = ({n.removeprefix(f"{part}."): v for n, v in values.items() if n.startswith(f"{part}.")} for part in PARTS)
    return Point(*parts)
