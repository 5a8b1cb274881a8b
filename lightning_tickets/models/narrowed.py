"""A network of transformers with narrower linear maps than its config's sizes give: what attention heads have left.

An exported folder has a copy of this file, which ``AutoModel.from_pretrained(DIR, trust_remote_code=True)`` runs; so
it imports nothing of the suite.
"""

from typing import Any

from torch import nn


class Narrowed:
    """Put before a class of transformers; ``config.narrowed`` has [outputs, inputs] of maps by their names."""

    def __init__(self, config: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(config, *arguments, **options)  # type: ignore[call-arg]
        for name, (outputs, inputs) in config.narrowed.items():
            place, _, own = name.rpartition(".")
            parent: Any = self.get_submodule(place)  # type: ignore[attr-defined]
            setattr(parent, own, nn.Linear(inputs, outputs, bias=getattr(parent, own).bias is not None))
