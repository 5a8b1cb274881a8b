"""The masked LM head that transformers has for an architecture, standing on an encoder of ours."""

import copy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModelForMaskedLM
from transformers.modeling_outputs import BaseModelOutput

from lightning_tickets.models.encoder import readable, seeded
from lightning_tickets.models.files import model_files
from lightning_tickets.tasks.batches import Batch, asked_at

State = tuple[tuple[str, int, int], ...]


@dataclass
class Hidden(BaseModelOutput):
    """What a masked LM model reads of its encoder's; Longformer's and LUKE's hand on more."""

    global_attentions: None = None
    entity_last_hidden_state: None = None
    entity_hidden_states: None = None


class Given(nn.Module):
    """In the encoder's place: its hidden states are those that come in as embeddings."""

    def forward(self, *_: Any, inputs_embeds: Tensor, **__: Any) -> Hidden:
        return Hidden(last_hidden_state=inputs_embeds)


class VocabularyHead(nn.Module):
    """Logits of the asked tokens only, (asked, vocabulary); ``model`` is a masked LM model without its encoder."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, encoded: Any, batch: Batch) -> Tensor:
        asked = encoded.last_hidden_state.flatten(0, 1)[asked_at(batch)]
        logits: Tensor = self.model(inputs_embeds=asked.unsqueeze(0)).logits
        return logits[0]


def vocabulary_head(encoder: Any, folder: Path, seed: int) -> VocabularyHead:
    """The checkpoint's own head, or one drawn by ``seed`` where it has none; a copy of its own each time.

    A decoder that is tied in the checkpoint is tied to the encoder's word embeddings.
    """
    state = _state(folder)
    model, complete = _bare(folder, state, 0)
    if not complete:
        model, _ = _bare(folder, state, seed)
    model = copy.deepcopy(model)
    decoder = model.get_output_embeddings()
    if decoder.weight is None:
        decoder.weight = encoder.get_input_embeddings().weight
    return VocabularyHead(model).train()


@lru_cache(maxsize=8)
def _bare(folder: Path, state: State, seed: int) -> tuple[Any, bool]:
    """The masked LM model without encoder and tied decoder, and whether the checkpoint has the whole of its head.

    ``state`` says which files these were; what they lack of the head is drawn by ``seed``, its biases are zero.
    """
    with readable(folder), seeded(seed):
        model, report = AutoModelForMaskedLM.from_pretrained(
            folder, trust_remote_code=False, dtype=torch.float32, output_loading_info=True
        )
        for name, parameter in model.named_parameters():
            if name in report["missing_keys"] and name.endswith("bias"):
                nn.init.zeros_(parameter)  # transformers leaves some as they were in memory
        decoder = model.get_output_embeddings()
        if decoder.weight is model.get_input_embeddings().weight:
            decoder.weight = None
        setattr(model, model.base_model_prefix, Given())
    complete = all(name.startswith(f"{model.base_model_prefix}.") for name in report["missing_keys"])
    return model, complete


def _state(folder: Path) -> State:
    """What tells a changed folder without reading it."""
    files = [(name, (folder / name).stat()) for name in model_files(folder, str(folder))]
    return tuple((name, status.st_mtime_ns, status.st_size) for name, status in files)
