"""Where a pre-trained network lies, and its fingerprint. No torch here: planning asks."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from lightning_tickets.errors import UserError
from lightning_tickets.fingerprints import file_checksum
from lightning_tickets.pocket import MODEL_DIR

READ = (
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "vocab.txt",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
)


@dataclass(frozen=True)
class Folder:
    """A folder in the layout of transformers' ``save_pretrained``, with the name that runs are told it by."""

    name: str
    path: Path

    def fingerprint(self) -> str:
        """Sixteen hex digits over every file that is read; UserError where config, weights or tokenizer are absent."""
        if not self.path.is_dir():
            raise UserError(f"model.path={self.path} is not a folder")
        self._need("config.json")
        self._need("model.safetensors")
        self._need("tokenizer.json", "vocab.txt")
        content = hashlib.sha256()
        for file in READ:
            if (self.path / file).is_file():
                content.update(f"{file}={file_checksum(self.path / file)}\n".encode())
        return content.hexdigest()[:16]

    def max_length(self) -> int:
        """How many positions the encoder has."""
        try:
            config = json.loads((self.path / "config.json").read_text(encoding="utf-8"))
            return int(config.get("max_position_embeddings", 512))
        except (ValueError, AttributeError, TypeError) as error:
            raise UserError(f"model.path={self.path}: config.json cannot be read ({error})") from error

    def _need(self, *files: str) -> None:
        if not any((self.path / file).is_file() for file in files):
            raise UserError(f"model.path={self.path}: no {' or '.join(files)} in the folder")


def pocket() -> Folder:
    """The tiny BERT that comes with the package."""
    return Folder("pocket", MODEL_DIR)


def local(path: str) -> Folder:
    """Any encoder on disk."""
    return Folder("local", Path(path).expanduser())
