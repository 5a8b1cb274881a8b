"""Where a pre-trained network lies, and its fingerprint. No torch here: planning asks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lightning_tickets.checks import integer, null
from lightning_tickets.models.files import (
    CONFIG,
    digest,
    model_files,
    model_type,
    parameters,
    positions,
    tokenizer_files,
)
from lightning_tickets.models.hub import Hub, checked_name, checked_revision
from lightning_tickets.pocket import MODEL_DIR


class Pretrained(Protocol):
    """A pre-trained network that can be named and distinguished from another before its weights are read."""

    @property
    def name(self) -> str:
        """What specs of runs call it."""

    @property
    def path(self) -> Path:
        """The folder of its files, which a network on the hub is fetched into first."""

    def fingerprint(self) -> str:
        """Sixteen hex digits that another config, other weights or another tokenizer would change."""

    def tokenizer_fingerprint(self) -> str:
        """Sixteen hex digits that another tokenizer would change."""

    def max_length(self) -> int | None:
        """How many tokens the encoder takes; None where that is not known before it is fetched."""

    def model_type(self) -> str | None:
        """The name of its architecture in transformers; None where that is not known before it is fetched."""

    def parameters(self) -> int | None:
        """Roughly how many weights it has, for plans; None where that is not known before it is fetched."""

    def fetch(self) -> None:
        """UserError unless every file that is read lies on this machine afterwards."""


@dataclass(frozen=True)
class Folder:
    """A folder in the layout of transformers' ``save_pretrained``, with the name that specs of runs call it."""

    name: str
    path: Path

    def fingerprint(self) -> str:
        """Sixteen hex digits over every file that is read; UserError where config, weights or tokenizer are absent."""
        return digest(self.path, model_files(self.path, str(self.path)))

    def tokenizer_fingerprint(self) -> str:
        """Sixteen hex digits over the tokenizer's files; UserError where there is none."""
        return digest(self.path, tokenizer_files(self.path, str(self.path)))

    def max_length(self) -> int:
        """How many tokens the encoder takes."""
        return positions(self.path / CONFIG, str(self.path))

    def model_type(self) -> str:
        """As its config says."""
        return model_type(self.path / CONFIG, str(self.path))

    def parameters(self) -> int:
        """By the size of its files."""
        return parameters(self.path, str(self.path))

    def fetch(self) -> None:
        """UserError where config, weights or tokenizer are absent."""
        model_files(self.path, str(self.path))


def pocket() -> Folder:
    """The tiny BERT that comes with the package."""
    return Folder("pocket", MODEL_DIR)


def local(path: str) -> Folder:
    """Any encoder on disk."""
    return Folder("local", Path(path).expanduser())


def hub(path: str, revision: str, parameters: int | None = None) -> Hub:
    """Any encoder on the Hugging Face hub, pinned to a commit; nothing is fetched yet.

    ``parameters`` is for plans, as long as its files are not there.
    """
    return Hub(checked_name(path), checked_revision(revision), (integer(1) | null)("model.parameters", parameters))
