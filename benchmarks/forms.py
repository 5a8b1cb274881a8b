"""What a mask saves on disk and in time, by its structure: anywhere, 2:4, whole attention heads.

    python benchmarks/forms.py                                             # the pocket network
    python benchmarks/forms.py hidden_size=768 [num_hidden_layers=12 …]    # a BERT of these sizes, random weights

Times are of a forward pass on the CPU, next to that of the dense network in the same process. Neither times nor bytes
depend on the values of the weights.
"""

import copy
import tempfile
from pathlib import Path
from typing import Any

from command_line import run
from safetensors.torch import save_file
from transformers import BertConfig

from lightning_tickets.models.attention_heads import attention_heads
from lightning_tickets.models.encoder import fresh_encoder, load_encoder, prunable
from lightning_tickets.pocket import MODEL_DIR
from lightning_tickets.pruning.attention_heads import heads
from lightning_tickets.pruning.magnitude import magnitude
from lightning_tickets.pruning.mask import Mask, apply_, full, kept, size
from lightning_tickets.pruning.two_four import two_four
from lightning_tickets.sharing.fewer_heads import without_heads
from lightning_tickets.sharing.latency import Latency, measured
from lightning_tickets.sharing.two_four import FILE, save_two_four
from lightning_tickets.tickets.mask_file import save_ticket
from lightning_tickets.training.machine import machine_name


def main(arguments: list[str]) -> None:
    sizes = {name: int(value) for name, value in (argument.split("=") for argument in arguments)}
    dense = fresh_encoder(BertConfig(**sizes), 0) if sizes else load_encoder(MODEL_DIR)
    weights = {name: weight.detach() for name, weight in prunable(dense).items()}
    whole, of_heads = full(weights), attention_heads(dense)
    per_head = sum((past - first) * weights[n].shape[1 - d] for n, (d, first, past) in of_heads[0].items())
    anywhere = magnitude(weights, whole, round(0.3 * size(weights)))
    packed = two_four(weights, whole, size(weights) // 2)
    fewer = heads(weights, whole, size(weights) - len(of_heads) // 2 * per_head, heads=of_heads)
    print(f"{size(weights):,} prunable weights, {len(of_heads)} attention heads, {machine_name('cpu')}")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        show("dense, float32", stored(place, dense))
        show("dense, float16", stored(place, copy.deepcopy(dense).half()))
        masked = under(dense, anywhere)
        show(f"{zero(anywhere)} zero anywhere, float32", stored(place, masked), measured(dense, masked))
        save_ticket(place / "ticket", anywhere, {})
        show("the mask of it, a bit a weight", (place / "ticket").stat().st_size)
        save_two_four(place, under(dense, packed), packed)
        show(f"{zero(packed)} zero, 2:4 packed, float16", (place / FILE).stat().st_size)
        smaller = without_heads(under(dense, fewer), fewer).network
        show(f"{zero(fewer)} zero, half of the heads gone", stored(place, smaller), measured(dense, smaller))


def under(dense: Any, mask: Mask) -> Any:
    """A copy with the mask on it."""
    masked = copy.deepcopy(dense)
    apply_(prunable(masked), mask)
    return masked


def stored(place: Path, encoder: Any) -> int:
    """Bytes of its weights as safetensors."""
    save_file({name: value.contiguous() for name, value in encoder.state_dict().items()}, place / "weights")
    return (place / "weights").stat().st_size


def zero(mask: Mask) -> str:
    return f"{100 - 100 * kept(mask) / size(mask):.1f} %"


def show(form: str, size_on_disk: int, took: Latency | None = None) -> None:
    time = f"{took.smaller:8.1f} ms, dense {took.dense:8.1f} ms: {took.ratio:.2f} times as long" if took else ""
    print(f"{form:36s} {size_on_disk:>13,} bytes {time}", flush=True)


if __name__ == "__main__":
    run(main)
