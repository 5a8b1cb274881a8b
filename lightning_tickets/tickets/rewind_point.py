"""θ_i and γ_i on disk, next to the ticket of the round that captured them."""

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from lightning_tickets.errors import UserError
from lightning_tickets.training.rewind_point import RewindPoint

POINT = "point.safetensors"
END = "end.safetensors"  # heads only, where they are carried from round to round


def save_point(path: Path, point: RewindPoint) -> None:
    """``encoder.…`` and ``head.…``; in a mix ``head1.…`` and so on for the further tasks."""
    parts = {"encoder": point.encoder} | {f"head{number or ''}": head for number, head in enumerate(point.heads)}
    values = {f"{part}.{name}": value for part, state in parts.items() for name, value in state.items()}
    save_file({name: value.contiguous() for name, value in values.items()}, path)


def load_point(path: Path) -> RewindPoint:
    """UserError for a file that cannot be read."""
    try:
        values = load_file(path)
    except (SafetensorError, OSError) as error:
        raise UserError(f"{path}: cannot be read ({error})") from error
    parts: dict[str, dict[str, Tensor]] = {"encoder": {}, "head": {}}
    for name, value in values.items():
        part, _, own = name.partition(".")
        parts.setdefault(part, {})[own] = value
    encoder = parts.pop("encoder")
    return RewindPoint(encoder, tuple(parts[part] for part in sorted(parts, key=lambda part: int(part[4:] or 0))))
