"""The network that a ticket is of: m ⊙ θ, where θ is what the ticket's own search goes back to."""

import re
from pathlib import Path
from typing import Any

from transformers import MODEL_FOR_MASKED_LM_MAPPING, MODEL_FOR_PRETRAINING_MAPPING, PreTrainedModel

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
    for kinds in (MODEL_FOR_PRETRAINING_MAPPING, MODEL_FOR_MASKED_LM_MAPPING):
        if type(encoder.config) not in kinds:
            continue
        kind: Any = kinds[type(encoder.config)]
        with readable(folder):
            whole, report = kind.from_pretrained(
                folder, config=encoder.config, dtype=encoder.dtype, output_loading_info=True
            )
        if not report["missing_keys"] and type(whole.base_model) is type(encoder):
            setattr(whole, whole.base_model_prefix, encoder)  # with a pooler, which a masked LM model has not
            whole.tie_weights()
            return whole.eval()  # type: ignore[no-any-return]
    return encoder  # type: ignore[no-any-return]
