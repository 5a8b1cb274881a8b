"""The network that a ticket is of: m ⊙ θ, where θ is what the ticket's own search goes back to."""

from pathlib import Path
from typing import Any

from transformers import AutoConfig, AutoModelForPreTraining, PreTrainedModel

from lightning_tickets.errors import UserError
from lightning_tickets.models.encoder import load_encoder, prunable, readable
from lightning_tickets.models.folders import Pretrained
from lightning_tickets.pruning.mask import Mask, apply_, fitted
from lightning_tickets.runs.store import Store
from lightning_tickets.tickets.listing import chain_of
from lightning_tickets.tickets.rewind_point import POINT, load_point


def masked_network(mask: Mask, provenance: dict[str, Any], file: Path, folder: Pretrained) -> PreTrainedModel:
    """In evaluation mode; with the heads of its pre-training where the folder has them and θ is θ0.

    ``file`` is the ticket's, whose search may lie next to it. UserError for a mask of another network.
    """
    encoder, earlier = load_encoder(folder.path), rewound_file(provenance, file)
    if earlier is not None:
        encoder.load_state_dict(load_point(earlier).encoder)
    try:
        apply_(prunable(encoder), fitted(mask, prunable(encoder)))
    except ValueError as error:
        raise UserError(f"model={folder.name}: {error}") from error
    return encoder if earlier is not None else _with_heads(encoder, folder.path)


def rewound_file(provenance: dict[str, Any], file: Path) -> Path | None:
    """The weights that the search goes back to, None if they are θ0; UserError if they are not next to the ticket."""
    chain = chain_of(provenance.get("found_by") or {})
    own, _, number = str(provenance.get("name")).rpartition("/round-")
    first = 2 if chain.get("prunes_first") else 1  # that trains
    if not chain or chain.get("rewind") == 0 or int(number) < first:
        return None
    goes_on = chain.get("rewind") is None or chain.get("rewinds") == "rate"
    name = f"{own}/round-{int(number) if goes_on else first:02d}"
    root = file.absolute().parents[2]
    if not (root / name / POINT).is_file():
        raise UserError(f"{file}: does not start from θ0 (rewind={chain['rewind']}): expected {root / name / POINT}")
    Store(root).verify(name)
    return root / name / POINT


def _with_heads(encoder: Any, folder: Path) -> PreTrainedModel:
    """The whole pre-trained network around the encoder; the encoder if some of the rest is not in the files."""
    with readable(folder):
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
        whole, report = AutoModelForPreTraining.from_pretrained(
            folder, config=config, trust_remote_code=False, dtype=encoder.dtype, output_loading_info=True
        )
    weights = encoder.state_dict()
    if report["missing_keys"] or whole.base_model.state_dict().keys() != weights.keys():
        return encoder  # type: ignore[no-any-return]
    whole.base_model.load_state_dict(weights)
    return whole.eval()  # type: ignore[no-any-return]
