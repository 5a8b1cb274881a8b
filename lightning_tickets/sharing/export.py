"""``ticket export``: a folder with a network, its tokenizer, the mask, a picture and a model card."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lightning_tickets.checks import is_path
from lightning_tickets.errors import UserError
from lightning_tickets.models.files import tokenizer_files
from lightning_tickets.models.folders import Pretrained
from lightning_tickets.pruning.mask import Mask, sparsity
from lightning_tickets.runs.store import Store
from lightning_tickets.sharing import fewer_heads, two_four
from lightning_tickets.sharing.card import model_card
from lightning_tickets.sharing.latency import measured
from lightning_tickets.sharing.network import masked_network
from lightning_tickets.sharing.push import CARD
from lightning_tickets.sharing.scores import scores_of
from lightning_tickets.sharing.view import picture
from lightning_tickets.tickets.mask_file import save_ticket
from lightning_tickets.tickets.place import read_ticket
from lightning_tickets.tickets.provenance import found_by
from lightning_tickets.tickets.result import TICKET
from lightning_tickets.training.machine import machine_name

PICTURE, NARROWED = "sparsity.png", "narrowed.safetensors"
UNSTRUCTURED = """The zeros lie anywhere in the matrices, and the file holds them as numbers. They make nothing faster
and save no memory. What is small is the mask: `ticket.safetensors` takes one bit a weight."""
PACKED = """Of four neighbours in a row two are stored, with two bits each for their places. GPUs that multiply 2:4
matrices can be faster with them; nothing was measured for this card."""
Written = tuple[str, str, str]  # what the network's file holds, the Python that loads it, how fast and large it is


def export(form: str, file: Path, folder: Pretrained, store: Store, out: Path, license: str | None) -> None:
    """Write all of the folder or nothing; UserError for a mask that does not fit the network or the form."""
    check_free(out)
    mask, provenance = read_ticket(file)
    network = masked_network(mask, provenance, file, folder)
    search = found_by(provenance)
    scores = scores_of(search, file, store)
    with _whole_folder(out) as draft:
        holds, usage, speed = FORMS[form](draft, network, mask)
        for name in tokenizer_files(folder.path, str(folder.path)):
            shutil.copy(folder.path / name, draft)
        save_ticket(draft / TICKET, mask, provenance)
        (draft / PICTURE).write_bytes(picture(mask))
        files = _listed(draft, {WEIGHTS[form]: holds})
        holders = {"files": files, "ticket": NARROWED if form == "heads" else TICKET}
        card = model_card(mask, provenance, search, folder, scores, license, usage=usage, speed=speed, **holders)
        card.save(draft / CARD)


def _transformers(draft: Path, network: Any, mask: Mask) -> Written:
    network.save_pretrained(draft)
    holds = (
        f"all weights of {type(network).__name__} as float32, {100 * sparsity(mask):.2f} % of the prunable ones zero"
    )
    return holds, _loaded("AutoModel", "DIR"), UNSTRUCTURED


def _two_four(draft: Path, network: Any, mask: Mask) -> Written:
    two_four.save_two_four(draft, network.base_model, mask)
    usage = 'import lightning_tickets as lt\n\nmodel = lt.load_two_four("DIR", "cuda")  # "cpu": dense, to train'
    return (
        "the encoder as float16, each 2:4 matrix as the `_packed` and `_meta` of torch's CUTLASS layout",
        usage,
        PACKED,
    )


def _heads(draft: Path, network: Any, mask: Mask) -> Written:
    dense = network.base_model
    smaller = fewer_heads.without_heads(dense, mask)
    fewer_heads.save_smaller(draft, smaller.network)
    save_ticket(draft / NARROWED, smaller.mask, {"narrowed_to": "the attention heads that are left"})
    took = measured(dense, smaller.network)
    heads = ", ".join(f"layer {layer}: {count}" for layer, count in smaller.heads.items())
    weights = [sum(p.numel() for p in one.parameters()) for one in (dense, smaller.network)]
    speed = (
        f"{weights[1]:,} of {weights[0]:,} parameters are left. A forward pass of {took.batch} × {took.length} tokens "
        f"takes {took.smaller:.2f} ms, that of the masked network with all heads {took.dense:.2f} ms: "
        f"{took.ratio:.2f} times as long. These are medians of {took.pairs} alternating passes in one process "
        f"(threads: {took.threads}; processor: {machine_name('cpu')})."
    )
    usage = _loaded("AutoModel", "DIR", "trust_remote_code=True") + f"  # runs {fewer_heads.FILE}.py of the folder"
    return f"the encoder without the attention heads that the ticket removes whole; left are {heads}", usage, speed


def _loaded(name: str, *arguments: str) -> str:
    first, *rest = arguments
    call = ", ".join([f'"{first}"', *rest])
    imports = f"from transformers import {name}, AutoTokenizer\n\n"
    return f'{imports}tokenizer = AutoTokenizer.from_pretrained("{first}")\nmodel = {name}.from_pretrained({call})'


def _listed(folder: Path, described: Mapping[str, str]) -> list[tuple[str, str]]:
    """The files that the card names, with their sizes."""
    known = {
        **described,
        TICKET: "the mask, one bit a weight, with its provenance (`lightning-tickets ticket show`)",
        NARROWED: "the same mask on the matrices that are left, for `Ticket.apply`",
    }
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    return [(name, f"{text}; {sizes[name]:,} bytes") for name, text in known.items() if name in sizes]


def check_free(out: Path) -> None:
    """UserError unless it is absent or an empty folder."""
    free = is_path(str(out)) and (not out.exists() or (out.is_dir() and not any(out.iterdir())))
    if not free or not out.absolute().parent.is_dir():
        raise UserError(f"ticket export: {out}: expected a new or empty folder, in a folder that exists")


@contextmanager
def _whole_folder(out: Path) -> Iterator[Path]:
    """A draft that becomes ``out``, which is absent or empty, when the block ends without an error.

    The folder that the command runs in stays, and gets the draft's files.
    """
    out = out.resolve()
    is_here = out == Path.cwd()
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=out if is_here else out.parent))
    try:
        yield draft
        if is_here:
            for file in draft.iterdir():
                file.rename(out / file.name)
        else:
            draft.chmod(0o755)
            draft.rename(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


FORMS: dict[str, Callable[[Path, Any, Mask], Written]] = {
    "transformers": _transformers,
    "two_four": _two_four,
    "heads": _heads,
}
WEIGHTS = {"transformers": "model.safetensors", "two_four": two_four.FILE, "heads": "model.safetensors"}
