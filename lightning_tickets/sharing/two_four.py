"""form=two_four: float16 weights of which each 2:4 matrix is packed as torch's semi-structured tensors are.

Torch calls these tensors a prototype; the layout is that of its class for CUTLASS, which PyTorch 2.13 has.
"""

import warnings
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedModel

from lightning_tickets.errors import UserError
from lightning_tickets.models.encoder import prunable
from lightning_tickets.pruning.mask import Mask
from lightning_tickets.pruning.two_four import first_other

FILE = "two_four.safetensors"  # not model.safetensors: AutoModel would draw the matrices that it cannot find
PACKED, META = "_packed", "_meta"
ROWS, COLUMNS = 32, 64  # multiples that torch packs in float16


def save_two_four(out: Path, encoder: Any, mask: Mask) -> None:
    """``NAME_packed`` (rows × columns/2) and ``NAME_meta`` (rows × columns/16, int16) for each matrix of the mask.

    UserError naming the first matrix that is not 2:4, or that torch does not pack.
    """
    from torch.sparse._semi_structured_conversions import sparse_semi_structured_from_dense_cutlass as pack

    if name := first_other(mask):
        raise UserError(f"form=two_four: {name} keeps more than two of four neighbours in a row")
    weights = encoder.half().state_dict()
    for name in mask.keys() & prunable(encoder).keys():
        rows, columns = weights[name].shape
        if rows % ROWS or columns % COLUMNS:
            expected = f"torch packs rows in multiples of {ROWS} and columns of {COLUMNS}"
            raise UserError(f"form=two_four: {name} is {rows} × {columns}, {expected}")
        weights[f"{name}{PACKED}"], weights[f"{name}{META}"] = pack(weights.pop(name))
    encoder.config.save_pretrained(out)
    save_file({name: weight.contiguous() for name, weight in weights.items()}, out / FILE)


def load_two_four(folder: str | Path, device: str = "cpu") -> PreTrainedModel:
    """An exported encoder in float16; on a CUDA device its matrices are torch's semi-structured tensors, else dense."""
    tensors = load_file(Path(folder) / FILE)
    names = [name.removesuffix(PACKED) for name in tensors if name.endswith(PACKED)]
    sparse = {name: _tensor(tensors.pop(name + PACKED), tensors.pop(name + META), device) for name in names}
    model = AutoModel.from_config(AutoConfig.from_pretrained(folder, trust_remote_code=False), dtype=torch.float16)
    model.load_state_dict(tensors | {name: value.to_dense() for name, value in sparse.items()})
    model = model.to(device).eval()
    if torch.device(device).type == "cuda":
        for name, value in sparse.items():
            module = model.get_submodule(name.removesuffix(".weight"))
            module.weight = nn.Parameter(value, requires_grad=False)
    return model  # type: ignore[no-any-return]


def _tensor(packed: Tensor, meta: Tensor, device: str) -> Any:
    from torch.sparse import SparseSemiStructuredTensorCUTLASS

    shape = torch.Size((packed.shape[0], 2 * packed.shape[1]))
    with warnings.catch_warnings(action="ignore"):  # that it is a prototype
        return SparseSemiStructuredTensorCUTLASS(shape, packed.to(device), meta.to(device), None, None, None)
