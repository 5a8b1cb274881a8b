"""A ticket's file as bits in numpy: what reports of masks read, without torch."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from lightning_tickets.errors import UserError

KEY = "ticket"
FORMAT = "lightning-tickets-mask-1"
Bits = dict[str, NDArray[np.bool_]]


def read_bits(path: Path) -> tuple[Bits, dict[str, Any]]:
    """Each matrix, True where a weight is kept, and the provenance.

    UserError for a file that is no ticket or whose counts do not add up.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            record = json.loads((file.metadata() or {}).get(KEY, "{}"))
            packed = {name: file.get_tensor(name) for name in file.keys()}
        if record.get("format") != FORMAT:
            raise UserError(f"{path}: not a ticket (format {record.get('format')!r}, expected {FORMAT!r})")
        bits = {name: _unpacked(packed[name], shape) for name, shape in record["shapes"].items()}
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise UserError(f"{path}: cannot be read as a ticket ({error})") from error
    kept = sum(int(b.sum()) for b in bits.values())
    if kept != record["kept"]:
        raise UserError(f"{path}: keeps {kept} weights, its record says {record['kept']}")
    return bits, record["provenance"]


def _unpacked(packed: NDArray[np.uint8], shape: list[int]) -> NDArray[np.bool_]:
    return np.unpackbits(packed, count=int(np.prod(shape))).astype(bool).reshape(shape)
