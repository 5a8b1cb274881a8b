"""The released code's mask files (docs/method.md, row 12): a dictionary of 0/1 tensors by ``torch.save``."""

from pathlib import Path
from typing import Any

import torch

from lightning_tickets.errors import UserError, reason
from lightning_tickets.pruning.mask import Mask
from lightning_tickets.tickets.mask_file import load_ticket

PREFIX, SUFFIX = "bert.", "_mask"


def read_mask(path: Path | None) -> Mask:
    """A ticket of ours (.safetensors) or a released mask file; UserError for anything else."""
    if path is None or not path.is_file():
        raise UserError(f"{path}: no such file")
    return load_ticket(path)[0] if path.suffix == ".safetensors" else load_released(path)


def load_released(path: Path) -> Mask:
    """Matrices under their names in the bare encoder; nothing in the file is run."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise UserError(f"{path}: not a mask file, which holds tensors only ({reason(error)})") from error
    if not isinstance(content, dict) or not content:
        raise UserError(f"{path}: not a mask file, which is a dictionary of tensors by name")
    return dict(_matrix(path, name, value) for name, value in content.items())


def _matrix(path: Path, name: Any, value: Any) -> tuple[str, torch.Tensor]:
    if not isinstance(name, str) or not name.endswith(SUFFIX) or not isinstance(value, torch.Tensor):
        raise UserError(f"{path}: {str(name)[:80]!r} is not a mask: expected tensors named …weight{SUFFIX}")
    if not bool(((value == 0) | (value == 1)).all()):
        raise UserError(f"{path}: {name[:80]!r} has values other than 0 and 1")
    return name.removeprefix(PREFIX).removesuffix(SUFFIX), value.bool()


def save_released(path: Path, mask: Mask) -> None:
    """As the released code's own: float32, one tensor a matrix; written whole or not at all."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        torch.save({f"{PREFIX}{name}{SUFFIX}": m.float() for name, m in mask.items()}, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
