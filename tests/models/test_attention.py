"""Which types of networks have attention heads in matrices of their own, known before any weight is read."""

import json

import pytest
import torch
from transformers import CONFIG_MAPPING, AutoModel

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.single import run_of
from lightning_tickets.errors import UserError
from lightning_tickets.models.attention_heads import attention_heads
from lightning_tickets.models.files import SPLIT_BY_HEAD


@pytest.mark.parametrize("model_type", sorted(SPLIT_BY_HEAD))
def test_a_known_type_has_heads_of_equal_size(model_type):
    config = CONFIG_MAPPING[model_type](num_hidden_layers=1)
    with torch.device("meta"):
        heads = attention_heads(AutoModel.from_config(config))
    assert len(heads) == config.num_attention_heads
    assert len({tuple(past - first for _, first, past in head.values()) for head in heads}) == 1


@pytest.mark.parametrize("model_type", ["albert", "deberta-v2", "modernbert"])
def test_another_type_is_refused_when_the_run_is_composed(model_type, folder):
    message = f"type {model_type} has no query, key, value and output matrices"
    with torch.device("meta"), pytest.raises(ValueError, match=message):
        attention_heads(AutoModel.from_config(CONFIG_MAPPING[model_type](num_hidden_layers=1)))
    content = json.loads((folder / "config.json").read_text()) | {"model_type": model_type}
    (folder / "config.json").write_text(json.dumps(content))
    line = f"^pruner: .*heads needs attention heads, not known for type '{model_type}'; known types are bert, "
    with pytest.raises(UserError, match=line):
        run_of(compose_config(["model=local", f"model.path={folder}", "pruner=heads"]))
