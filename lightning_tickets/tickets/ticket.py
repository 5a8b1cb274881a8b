"""A ticket on disk: a mask at one bit a weight, with where it came from, as safetensors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from lightning_tickets.errors import UserError
from lightning_tickets.pruning.mask import Mask, kept, size

FILE = "ticket.safetensors"
KEY = "ticket"
FORMAT = "lightning-tickets-mask-1"


def save_ticket(path: Path, mask: Mask, provenance: Mapping[str, Any]) -> None:
    """Each matrix as packed bits (row-major, most significant bit first); shapes and provenance in the metadata.

    The metadata has a single key: safetensors writes several in an order that changes from process to process.
    """
    packed = {name: torch.from_numpy(np.packbits(m.numpy().reshape(-1))) for name, m in mask.items()}
    record = {
        "format": FORMAT,
        "shapes": {name: list(m.shape) for name, m in mask.items()},
        "kept": kept(mask),
        "prunable": size(mask),
        "provenance": dict(provenance),
    }
    save_file(packed, path, metadata={KEY: json.dumps(record, sort_keys=True)})


def load_ticket(path: Path) -> tuple[Mask, dict[str, Any]]:
    """The mask and its provenance; UserError for a file that is no ticket or whose counts do not add up."""
    try:
        with safe_open(path, framework="pt") as file:
            record = json.loads((file.metadata() or {}).get(KEY, "{}"))
            packed = {name: file.get_tensor(name) for name in file.keys()}
        if record.get("format") != FORMAT:
            raise UserError(f"{path}: not a ticket (format {record.get('format')!r}, wanted {FORMAT!r})")
        mask = {name: _unpacked(packed[name], shape) for name, shape in record["shapes"].items()}
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise UserError(f"{path}: cannot be read as a ticket ({error})") from error
    if kept(mask) != record["kept"]:
        raise UserError(f"{path}: keeps {kept(mask)} weights, its record says {record['kept']}")
    return mask, record["provenance"]


def _unpacked(bits: torch.Tensor, shape: list[int]) -> torch.Tensor:
    flat = np.unpackbits(bits.numpy(), count=int(np.prod(shape)))
    return torch.from_numpy(flat.astype(bool)).view(*shape)
