"""Embeddings of the words that a training reads; the others have no gradient, so that they need no optimiser step."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn


class ReadRows(nn.Embedding):
    """Those rows of an embedding that are numbered by ``words``; its state dict is the whole embedding's."""

    place: Tensor

    def __init__(self, whole: nn.Embedding, words: Tensor) -> None:
        padding = whole.padding_idx
        place = torch.zeros(whole.num_embeddings, dtype=torch.long)
        place[words] = torch.arange(len(words))
        super().__init__(
            len(words),
            whole.embedding_dim,
            padding_idx=int(place[padding]) if padding is not None and padding in words else None,
            _weight=whole.weight.detach()[words],
        )
        self.register_buffer("place", place, persistent=False)
        self._whole, self._words = whole.weight.detach(), words
        self.register_state_dict_post_hook(_with_whole)  # type: ignore[no-untyped-call]
        self.register_load_state_dict_pre_hook(_of_whole)  # type: ignore[no-untyped-call]

    def forward(self, ids: Tensor) -> Tensor:
        return super().forward(self.place[ids])

    def written(self) -> Tensor:
        """The whole weight with the rows as they are by now."""
        self._whole[self._words] = self.weight.detach().to(self._whole)
        return self._whole


def _with_whole(module: Any, state: dict[str, Any], prefix: str, _: Any) -> None:
    state[f"{prefix}weight"] = module.written()


def _of_whole(module: Any, state: dict[str, Any], prefix: str, *_: Any) -> None:
    state[f"{prefix}weight"] = state[f"{prefix}weight"][module._words]


@contextmanager
def only_read(encoder: Any, words: Tensor) -> Iterator[None]:
    """Within the block the encoder has, and an optimiser trains, only the embeddings of these words."""
    whole = encoder.get_input_embeddings()
    rows = ReadRows(whole, words)
    encoder.set_input_embeddings(rows)
    try:
        yield
    finally:
        rows.written()
        encoder.set_input_embeddings(whole)
