"""The released code's mask files (docs/explanation/method.md, row 12): 0/1 tensors by ``torch.save``."""

import re
import warnings
from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

import torch

from lightning_tickets.errors import UserError, reason
from lightning_tickets.pruning.mask import Mask
from lightning_tickets.tickets.mask_bits import check_name

PREFIX, SUFFIX = "bert.", "_mask"
ABOVE = re.compile(r"^.*?\b(?=(encoder|transformer|pooler|layers?)\.)")  # what stands before the encoder's own names
FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
DTYPES = (torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, *FLOATS)


def load_released(path: Path, among_others: bool = False) -> Mask:
    """Matrices under their names in the bare encoder; nothing in the file is run.

    ``among_others``: also those that torch.nn.utils.prune leaves in the state of a whole model.
    """
    size = path.stat().st_size
    try:
        _check_size(path, size)
        with warnings.catch_warnings(action="ignore"):
            content = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: not a mask file ({reason(error)})") from error
    except Exception as error:
        expected = "a ticket.safetensors, or 0/1 tensors written by torch.save"
        raise UserError(f"{path}: not a mask file: expected {expected}") from error
    if not isinstance(content, dict) or not content:
        raise UserError(f"{path}: not a mask file, which is a dictionary of tensors by name")
    try:
        if among_others:
            content = _masks(content)
        given = {_matrix_name(name, value): value for name, value in content.items()}
        if len(given) < len(content) or sum(value.nbytes for value in given.values()) > size:
            raise ValueError("holds two masks of one matrix, or of one memory")
        return {name: _bits(name, value) for name, value in given.items()}
    except ValueError as error:
        raise UserError(f"{path}: {reason(error)}") from error


def _masks(content: dict[Any, Any]) -> dict[str, Any]:
    """Of a state, or of a checkpoint with one: the masks by the names of the bare encoder's matrices."""
    state = content.get("state_dict", content)
    state = state if isinstance(state, dict) else {}
    names = [name for name in state if isinstance(name, str) and name.endswith(SUFFIX)]
    masks = {ABOVE.sub("", name): state[name] for name in names}
    if len(masks) < len(names):
        raise ValueError("holds masks of two networks")
    if not masks:
        raise ValueError(f"holds no mask: expected tensors named …weight{SUFFIX}, as torch.nn.utils.prune names them")
    return masks


def _check_size(path: Path, size: int) -> None:
    """ValueError for an archive that unpacks to more than it is: torch.save does not compress."""
    if is_zipfile(path):
        with ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > size:
                raise ValueError("a compressed archive")


def _matrix_name(name: Any, value: Any) -> str:
    """The name in the bare encoder of a dense matrix in its own memory; ValueError for anything else."""
    if not isinstance(name, str) or not name.endswith(SUFFIX) or not isinstance(value, torch.Tensor):
        raise ValueError(f"{str(name)[:80]!r} is not a mask: expected tensors named …weight{SUFFIX}")
    bare = name.removeprefix(PREFIX).removesuffix(SUFFIX)
    check_name(bare)
    plain = value.layout is torch.strided and value.device.type == "cpu" and value.dtype in DTYPES
    if not plain or value.is_nested or value.dim() != 2 or not 0 < value.nbytes <= value.untyped_storage().nbytes():
        raise ValueError(f"{name!r} is not a mask: expected a dense matrix of numbers")
    return bare


def _bits(name: str, value: torch.Tensor) -> torch.Tensor:
    if not bool(((value == 0) | (value == 1)).all()):
        raise ValueError(f"{name!r} has values other than 0 and 1")
    return value.bool()


def save_released(path: Path, mask: Mask) -> None:
    """As the released code's own: float32, one tensor a matrix; written whole or not at all."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        torch.save({f"{PREFIX}{name}{SUFFIX}": m.float() for name, m in mask.items()}, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
