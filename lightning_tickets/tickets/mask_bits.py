"""A ticket's file as bits in numpy: what reports of masks read, without torch.

Everything is checked before memory is taken for it: a file may come from anywhere.
"""

from math import prod
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError, safe_open

from lightning_tickets.errors import UserError, one_line, reason

KEY = "ticket"
FORMAT = "lightning-tickets-mask-1"
LONGEST = 200  # characters of a matrix's name
LARGEST = 2**63 - 1
Bits = dict[str, NDArray[np.bool_]]
Size = Annotated[int, Field(ge=1, le=LARGEST)]


class Record(BaseModel):
    """What stands with the bits: the shape of each matrix, how many weights there are, where the mask comes from."""

    model_config = ConfigDict(strict=True)
    format: str
    shapes: Annotated[dict[str, tuple[Size, Size]], Field(min_length=1)]
    kept: Annotated[int, Field(ge=0, le=LARGEST)]
    prunable: Size
    provenance: dict[str, Any]


def read_bits(path: Path) -> tuple[Bits, dict[str, Any]]:
    """Each matrix, True where a weight is kept, and the provenance.

    UserError for a file that is no ticket, or that does not hold the bits which its record describes.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            record = _record((file.metadata() or {}).get(KEY, "null"))
            _check_tensors(record, {name: file.get_slice(name) for name in file.keys()})
            bits = {name: _unpacked(file.get_tensor(name), shape) for name, shape in record.shapes.items()}
    except (SafetensorError, OSError, ValueError) as error:
        raise UserError(f"{path}: not a ticket ({reason(error)})") from error
    kept = sum(int(b.sum()) for b in bits.values())
    if kept != record.kept:
        raise UserError(f"{path}: keeps {kept} weights, its record says {record.kept}")
    return bits, record.provenance


def check_name(name: str) -> None:
    """ValueError unless a terminal can show it."""
    if not name.isprintable() or not 0 < len(name) <= LONGEST:
        raise ValueError(f"{name[:80]!r} is not the name of a matrix")


def _record(text: str) -> Record:
    try:
        record = Record.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, (KEY, *first["loc"])))
        raise ValueError(f"{where}: {first['msg']}") from error
    if record.format != FORMAT:
        raise ValueError(f"format {one_line(record.format)!r}, expected {FORMAT!r}")
    return record


def _check_tensors(record: Record, tensors: dict[str, Any]) -> None:
    """ValueError unless there is one bit a weight for each of the record's matrices, and nothing else."""
    if record.shapes.keys() != tensors.keys():
        raise ValueError("the tensors are not those that its record names")
    for name, shape in record.shapes.items():
        check_name(name)
        given = tensors[name].get_dtype(), tensors[name].get_shape()
        expected = "U8", [-(-prod(shape) // 8)]
        if given != expected:
            raise ValueError(f"{name} is {given}, expected {expected} for a matrix of {shape}")
    if (count := sum(map(prod, record.shapes.values()))) != record.prunable:
        raise ValueError(f"the matrices have {count} weights, its record says {record.prunable}")


def _unpacked(packed: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.bool_]:
    return np.unpackbits(packed, count=prod(shape)).view(np.bool_).reshape(shape)
