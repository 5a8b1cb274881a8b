"""A ticket on disk: a mask at one bit a weight, with where it came from, as safetensors."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file

from lightning_tickets.pruning.mask import Mask, kept, size
from lightning_tickets.tickets.mask_bits import FORMAT, KEY, read_bits


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
    bits, provenance = read_bits(path)
    return {name: torch.from_numpy(b) for name, b in bits.items()}, provenance
