"""The network that a ticket is of: m ⊙ θ, where θ is what the ticket's own search goes back to."""

import re
from pathlib import Path
from typing import Any

from transformers import AutoConfig, AutoModelForPreTraining, PreTrainedModel

from lightning_tickets.errors import UserError
from lightning_tickets.models.encoder import load_encoder, prunable, readable
from lightning_tickets.models.folders import Pretrained
from lightning_tickets.pruning.mask import Mask, apply_, fitted
from lightning_tickets.tickets.place import store_of
from lightning_tickets.tickets.provenance import found_by
from lightning_tickets.tickets.rewind_point import POINT, load_point

ROUND = re.compile(r"(.+)/round-(\d+)")  # the name of an artefact


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
    round_spec = found_by(provenance)
    if round_spec is None or round_spec["chain"]["rewind"] == 0:
        return None
    search, place = round_spec["chain"], ROUND.fullmatch(str(provenance.get("name")))
    number, first = int(place[2]) if place else 0, 2 if search["prunes_first"] else 1  # that trains
    if place and number < first:
        return None
    goes_on = search["rewind"] is None or search["rewinds"] == "rate"
    name = f"{place[1] if place else 'search'}/round-{number if goes_on else first:02d}"
    store = store_of(file)
    if store is None or not (store.path(name) / POINT).is_file():
        raise UserError(
            f"{file}: does not start from θ0 (rewind={search['rewind']}): expected {name}/{POINT} in its store"
        )
    store.verify(name)
    return store.path(name) / POINT


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
